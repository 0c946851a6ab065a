//! Who works here now: everybody of a merchant, what each may do, and who is let in no more.
//!
//! A merchant that has an owner keeps one: whoever could take the last one away is refused.

use super::audit::record;
use super::rows::{id, id_or_none};
use super::sessions::end_sessions;
use super::{By, People, PeopleError, Role, commit, refused};
use crate::StoreError;
use crate::sql::{Connection, FromRow, Row, query, query_as, query_scalar};
use base::{MerchantId, StaffId, TillId, Timestamp};

/// A person as lists show one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's id.
    pub id: StaffId,
    /// What the person signs in with.
    pub login: String,
    /// What colleagues and slips call the person.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The till the person stands at, if always the same.
    pub till: Option<TillId>,
    /// Since when.
    pub created: Timestamp,
    /// Since when the person is let in no more.
    pub disabled: Option<Timestamp>,
}

/// What may change about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duties {
    /// What colleagues and slips call the person.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The till the person stands at, if always the same.
    pub till: Option<TillId>,
}

impl People<'_> {
    /// Everybody of this merchant, also those who are let in no more, oldest first.
    pub async fn staff(&self, merchant: MerchantId) -> Result<Vec<Person>, StoreError> {
        query_as(
            "SELECT id, login, name, role, till, created, disabled FROM staff WHERE merchant = $1 ORDER BY created, id",
        )
        .bind(merchant.to_string())
        .fetch_all(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }

    /// Gives a person another name, role or till. It counts from the person's next request on. What is as it was is
    /// neither written nor recorded.
    pub async fn change_duties(
        &self,
        merchant: MerchantId,
        staff: StaffId,
        duties: &Duties,
        by: By<'_>,
    ) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        let before = locked(&mut tx, merchant, staff).await?;
        let Some(detail) = difference(&mut tx, &before, duties).await? else { return Ok(()) };
        query("UPDATE staff SET name = $1, role = $2, till = $3 WHERE id = $4")
            .bind(duties.name.clone())
            .bind(duties.role.code())
            .bind(duties.till.map(|till| till.to_string()))
            .bind(staff.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        still_owned(&mut tx, merchant, &before).await?;
        record(&mut tx, merchant, by, "staff.changed", &staff.to_string(), &detail).await?;
        commit(tx).await
    }

    /// Lets a person in no more and ends the person's sign-ins.
    pub async fn disable_staff(
        &self,
        merchant: MerchantId,
        staff: StaffId,
        by: By<'_>,
    ) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        let before = locked(&mut tx, merchant, staff).await?;
        if before.disabled.is_some() {
            return Ok(());
        }
        query("UPDATE staff SET disabled = $1 WHERE id = $2")
            .bind(by.at.as_micros())
            .bind(staff.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        still_owned(&mut tx, merchant, &before).await?;
        end_sessions(&mut tx, staff, None).await?;
        record(&mut tx, merchant, by, "staff.disabled", &staff.to_string(), "").await?;
        commit(tx).await
    }

    /// Lets a person in again, with the password of before.
    pub async fn enable_staff(
        &self,
        merchant: MerchantId,
        staff: StaffId,
        by: By<'_>,
    ) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        let before = locked(&mut tx, merchant, staff).await?;
        if before.disabled.is_none() {
            return Ok(());
        }
        query("UPDATE staff SET disabled = NULL WHERE id = $1")
            .bind(staff.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        record(&mut tx, merchant, by, "staff.enabled", &staff.to_string(), "").await?;
        commit(tx).await
    }
}

/// What differs, a line each: `role: cashier → manager`. Tills by their names, as they are called at this time.
async fn difference(
    tx: &mut Connection,
    before: &Person,
    after: &Duties,
) -> Result<Option<String>, PeopleError> {
    let mut lines = Vec::new();
    if before.name != after.name {
        lines.push(format!("name: {} → {}", before.name, after.name));
    }
    if before.role != after.role {
        lines.push(format!("role: {} → {}", before.role.code(), after.role.code()));
    }
    if before.till != after.till {
        let (from, to) = (till_name(tx, before.till).await?, till_name(tx, after.till).await?);
        lines.push(format!("till: {from} → {to}"));
    }
    Ok((!lines.is_empty()).then(|| lines.join("\n")))
}

/// Nothing for no till in particular.
async fn till_name(tx: &mut Connection, till: Option<TillId>) -> Result<String, PeopleError> {
    let Some(till) = till else { return Ok(String::new()) };
    let name: Option<String> = query_scalar("SELECT name FROM tills WHERE id = $1")
        .bind(till.to_string())
        .fetch_optional(tx)
        .await
        .map_err(refused)?;
    Ok(name.unwrap_or_else(|| till.to_string()))
}

/// The person as it stands, after taking the merchant's row: two owners who take the role from each other at the
/// same moment come one after the other.
async fn locked(tx: &mut Connection, merchant: MerchantId, staff: StaffId) -> Result<Person, PeopleError> {
    query("UPDATE merchants SET name = name WHERE id = $1")
        .bind(merchant.to_string())
        .execute(&mut *tx)
        .await
        .map_err(refused)?;
    let found = query_as(
        "SELECT id, login, name, role, till, created, disabled FROM staff WHERE id = $1 AND merchant = $2",
    )
    .bind(staff.to_string())
    .bind(merchant.to_string())
    .fetch_optional(tx)
    .await
    .map_err(refused)?;
    found.ok_or(PeopleError::NoSuchPerson)
}

/// Refuses if the person was an owner and no other is left.
async fn still_owned(tx: &mut Connection, merchant: MerchantId, before: &Person) -> Result<(), PeopleError> {
    if before.role != Role::Owner || before.disabled.is_some() {
        return Ok(());
    }
    let owners: i64 =
        query_scalar("SELECT count(*) FROM staff WHERE merchant = $1 AND role = $2 AND disabled IS NULL")
            .bind(merchant.to_string())
            .bind(Role::Owner.code())
            .fetch_one(tx)
            .await
            .map_err(refused)?;
    if owners == 0 { Err(PeopleError::LastOwner) } else { Ok(()) }
}

impl FromRow for Person {
    fn from_row(row: &Row) -> Result<Person, sqlx::Error> {
        let disabled: Option<i64> = row.try_get("disabled")?;
        Ok(Person {
            id: id(row, "id")?,
            login: row.try_get("login")?,
            name: row.try_get("name")?,
            role: super::rows::role(row)?,
            till: id_or_none(row, "till")?,
            created: Timestamp::from_micros(row.try_get("created")?),
            disabled: disabled.map(Timestamp::from_micros),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::NewStaff;
    use crate::people::testing::*;

    fn duties(role: Role) -> Duties {
        Duties { name: "Li".into(), role, till: None }
    }

    #[tokio::test]
    async fn an_owner_is_never_the_last_to_go() {
        let (_folder, store) = store().await;
        let people = store.people();
        let ours = merchant(1);
        let owner = |number, login| NewStaff { role: Role::Owner, ..staff(number, &ours, login) };
        let (first, second) = (StaffId::from_u128(1), StaffId::from_u128(2));
        people.create_merchant(&ours, BY).await.expect("new");
        people.create_staff(&owner(1, "zhang"), BY).await.expect("new");
        let refused = people.disable_staff(ours.id, first, BY).await;
        assert!(matches!(refused, Err(PeopleError::LastOwner)));
        let refused = people.change_duties(ours.id, first, &duties(Role::Manager), BY).await;
        assert!(matches!(refused, Err(PeopleError::LastOwner)));
        people.create_staff(&owner(2, "li"), BY).await.expect("new");
        people.disable_staff(ours.id, first, BY).await.expect("another is left");
        people.disable_staff(ours.id, first, BY).await.expect("again changes nothing");
        let refused = people.change_duties(ours.id, second, &duties(Role::Cashier), BY).await;
        assert!(matches!(refused, Err(PeopleError::LastOwner)), "a disabled owner owns nothing");
        people.enable_staff(ours.id, first, BY).await.expect("back");
        people.change_duties(ours.id, second, &duties(Role::Cashier), BY).await.expect("one is left");
        let list = people.staff(ours.id).await.expect("read");
        assert_eq!([list[0].role, list[1].role], [Role::Owner, Role::Cashier]);
        assert_eq!((list[1].name.as_str(), list[0].disabled), ("Li", None));
        let did = actions(&store, &ours).await;
        let changes = ["staff.changed", "staff.created", "staff.created", "staff.disabled", "staff.enabled"];
        assert_eq!(did[1..], changes, "each change once, and none of the refused");
    }

    #[tokio::test]
    async fn a_change_is_told_by_what_it_changed_and_no_change_by_nothing() {
        let (_folder, store) = store().await;
        let people = store.people();
        let ours = merchant(1);
        let shop = shop(1, &ours);
        people.create_merchant(&ours, BY).await.expect("new");
        people.create_store(&shop, BY).await.expect("new");
        people.create_till(&till(1, &shop), BY).await.expect("new");
        people.create_staff(&staff(1, &ours, "zhang"), BY).await.expect("new");
        let zhang = StaffId::from_u128(1);
        let was = people.staff(ours.id).await.expect("read").remove(0);
        let as_was = Duties { name: was.name.clone(), role: was.role, till: was.till };
        let told = async |duties: &Duties| {
            people.change_duties(ours.id, zhang, duties, BY).await.expect("changed");
            let story = people.story(ours.id, &zhang.to_string(), 10).await.expect("read");
            story
                .iter()
                .filter(|entry| entry.action == "staff.changed")
                .map(|entry| entry.detail.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&as_was).await, [""; 0], "nothing changed");
        let moved = Duties { name: "Li".into(), role: Role::Manager, till: Some(TillId::from_u128(1)) };
        let all = format!(
            "name: {} → Li\nrole: {} → manager\ntill:  → {}",
            was.name,
            was.role.code(),
            till(1, &shop).name
        );
        assert_eq!(told(&moved).await, [all.as_str()]);
        assert_eq!(told(&moved).await, [all.as_str()], "the same again");
    }

    #[tokio::test]
    async fn another_merchants_person_is_nobody() {
        let (_folder, store) = store().await;
        let people = store.people();
        let (ours, theirs) = (merchant(1), merchant(2));
        people.create_merchant(&ours, BY).await.expect("new");
        people.create_merchant(&theirs, BY).await.expect("new");
        people.create_staff(&staff(1, &ours, "zhang"), BY).await.expect("new");
        let zhang = StaffId::from_u128(1);
        let hash = base::Secret::new("$argon2id$...".to_owned());
        let answers = [
            people.disable_staff(theirs.id, zhang, BY).await,
            people.enable_staff(theirs.id, zhang, BY).await,
            people.change_duties(theirs.id, zhang, &duties(Role::Owner), BY).await,
            people.change_password(theirs.id, zhang, &hash, None, BY).await,
        ];
        assert!(answers.iter().all(|answer| matches!(answer, Err(PeopleError::NoSuchPerson))), "{answers:?}");
        assert_eq!(people.staff(theirs.id).await.expect("read"), []);
        assert_eq!(actions(&store, &theirs).await, ["merchant.created"]);
    }
}
