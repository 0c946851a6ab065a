//! Who works here: listing, letting in, changing, letting in no more. For owners; every change has its audit row.

use crate::body::{AtPath, Strict, id, line};
use crate::changes::{Story, story_of};
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::passwords::{self, Issued};
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::{Named, time};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{MerchantId, StaffId, TillId};
use serde::{Deserialize, Serialize};
use store::{By, Duties, NewStaff, PeopleError, Person, Role};
use utoipa::ToSchema;

/// Everybody of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonList {
    /// The people, also those who are let in no more, oldest first.
    pub items: Vec<PersonView>,
}

/// A person who works here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    /// The person's id.
    pub id: String,
    /// What the person signs in with.
    pub login: String,
    /// What colleagues and slips call the person.
    pub name: String,
    /// `owner`, `manager`, `cashier` or `support`.
    pub role: String,
    /// The till the person stands at, if always the same.
    pub till: Option<Named>,
    /// Since when (RFC 3339).
    pub created_at: String,
    /// Since when the person is let in no more.
    pub disabled_at: Option<String>,
    /// Whether it is the caller.
    pub you: bool,
}

/// A person to let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// What the person will sign in with: 2 to 64 characters without spaces; nobody else on this server has it.
    pub login: String,
    /// What colleagues and slips call the person.
    pub name: String,
    /// `owner`, `manager`, `cashier` or `support`.
    pub role: String,
    /// The till the person stands at, if always the same.
    pub till: Option<String>,
    /// A password, at least 10 characters; made by the server unless given.
    pub password: Option<String>,
}

/// What may change about a person; all of it is set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDuties {
    /// What colleagues and slips call the person.
    pub name: String,
    /// `owner`, `manager`, `cashier` or `support`.
    pub role: String,
    /// The till the person stands at, if always the same.
    pub till: Option<String>,
}

/// A password for somebody else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasswordFor {
    /// The password, at least 10 characters; made by the server unless given.
    pub password: Option<String>,
}

/// A person, and the password where the server made it.
#[derive(Serialize, ToSchema)]
pub struct PersonWithPassword {
    /// The person.
    pub person: PersonView,
    /// The password, told this once; nothing if the caller chose it.
    pub password: Option<String>,
}

/// Everybody who works here.
#[utoipa::path(get, path = "/v1/people", operation_id = "listPeople", tag = "people", responses(
    (status = 200, body = PersonList),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<PersonList>, Problem> {
    caller.must(Permission::Admin)?;
    let people = state.store().people().staff(caller.principal.merchant).await?;
    let items = people.iter().map(|person| view(&state, &caller, person)).collect();
    Ok(Json(PersonList { items }))
}

/// Lets a person in.
///
/// Repeating it is refused as `login_taken`, so nobody is let in twice.
#[utoipa::path(post, path = "/v1/people", operation_id = "createPerson", tag = "people", request_body = NewPerson, responses(
    (status = 201, body = PersonWithPassword),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_till"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "login_taken"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "login_malformed, unknown_role, password_too_weak"),
))]
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Strict(wanted): Strict<NewPerson>,
) -> Result<(StatusCode, Json<PersonWithPassword>), Problem> {
    caller.must(Permission::Admin)?;
    let merchant = caller.principal.merchant;
    let login = login(&wanted.login)?;
    let duties = duties(&state, merchant, &wanted.name, &wanted.role, wanted.till.as_deref()).await?;
    let Issued { hash, told } = passwords::issue(&state, wanted.password, &login).await?;
    let staff = NewStaff {
        id: StaffId::from_u128(fresh_id(state.now())),
        merchant,
        till: duties.till,
        login,
        name: duties.name,
        role: duties.role,
        password_hash: hash,
    };
    state.store().people().create_staff(&staff, by(&actor(&caller), &state)).await?;
    let person = view(&state, &caller, &find(&state, &caller, staff.id).await?);
    Ok((StatusCode::CREATED, Json(PersonWithPassword { person, password: told })))
}

/// Gives a person another name, role or till.
#[utoipa::path(put, path = "/v1/people/{id}", operation_id = "changePerson", tag = "people", params(("id" = String, Path)),
    request_body = NewDuties, responses(
    (status = 200, body = PersonView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_person, no_such_till"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "last_owner, not_your_own_role"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "unknown_role"),
))]
pub(crate) async fn change(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(person): AtPath,
    Strict(wanted): Strict<NewDuties>,
) -> Result<Json<PersonView>, Problem> {
    caller.must(Permission::Admin)?;
    let merchant = caller.principal.merchant;
    let person = find(&state, &caller, id(&person, "person")?).await?;
    let duties = duties(&state, merchant, &wanted.name, &wanted.role, wanted.till.as_deref()).await?;
    if person.id == caller.principal.id && duties.role != person.role {
        return Err(Code::NotYourOwnRole.into());
    }
    let by_whom = actor(&caller);
    state.store().people().change_duties(merchant, person.id, &duties, by(&by_whom, &state)).await?;
    state.admitted.forget_principal(person.id);
    Ok(Json(view(&state, &caller, &find(&state, &caller, person.id).await?)))
}

/// Lets a person in no more; open sign-ins end at once.
#[utoipa::path(post, path = "/v1/people/{id}/disable", operation_id = "disablePerson", tag = "people", params(("id" = String, Path)), responses(
    (status = 200, body = PersonView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_person"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "not_yourself, last_owner"),
))]
pub(crate) async fn disable(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(person): AtPath,
) -> Result<Json<PersonView>, Problem> {
    caller.must(Permission::Admin)?;
    let person: StaffId = id(&person, "person")?;
    if person == caller.principal.id {
        return Err(Code::NotYourself.into());
    }
    let by_whom = actor(&caller);
    let people = state.store().people();
    people.disable_staff(caller.principal.merchant, person, by(&by_whom, &state)).await?;
    state.admitted.forget_principal(person);
    Ok(Json(view(&state, &caller, &find(&state, &caller, person).await?)))
}

/// Lets a person in again.
#[utoipa::path(post, path = "/v1/people/{id}/enable", operation_id = "enablePerson", tag = "people", params(("id" = String, Path)), responses(
    (status = 200, body = PersonView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_person"),
))]
pub(crate) async fn enable(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(person): AtPath,
) -> Result<Json<PersonView>, Problem> {
    caller.must(Permission::Admin)?;
    let person: StaffId = id(&person, "person")?;
    let by_whom = actor(&caller);
    let people = state.store().people();
    people.enable_staff(caller.principal.merchant, person, by(&by_whom, &state)).await?;
    Ok(Json(view(&state, &caller, &find(&state, &caller, person).await?)))
}

/// Gives a person another password and ends the person's sign-ins.
#[utoipa::path(post, path = "/v1/people/{id}/password", operation_id = "resetPassword", tag = "people", params(("id" = String, Path)),
    request_body = NewPasswordFor, responses(
    (status = 200, body = PersonWithPassword),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_person"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "password_too_weak"),
))]
pub(crate) async fn reset_password(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(person): AtPath,
    Strict(wanted): Strict<NewPasswordFor>,
) -> Result<Json<PersonWithPassword>, Problem> {
    caller.must(Permission::Admin)?;
    let person = find(&state, &caller, id(&person, "person")?).await?;
    let Issued { hash, told } = passwords::issue(&state, wanted.password, &person.login).await?;
    let by_whom = actor(&caller);
    let (people, keep) = (state.store().people(), caller.kept_session(person.id));
    people.change_password(caller.principal.merchant, person.id, &hash, keep, by(&by_whom, &state)).await?;
    state.admitted.forget_principal(person.id);
    Ok(Json(PersonWithPassword { person: view(&state, &caller, &person), password: told }))
}

/// What was changed about a person, and by whom.
#[utoipa::path(get, path = "/v1/people/{id}/story", operation_id = "readPersonStory", tag = "people", params(("id" = String, Path)), responses(
    (status = 200, body = Story),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_person"),
))]
pub(crate) async fn story(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(person): AtPath,
) -> Result<Json<Story>, Problem> {
    caller.must(Permission::Admin)?;
    let person = find(&state, &caller, id(&person, "person")?).await?;
    story_of(&state, &caller, person.id).await
}

/// Who is recorded: a person's login, or a machine's name.
pub(crate) fn actor(caller: &Caller) -> String {
    let principal = &caller.principal;
    if principal.login.is_empty() { format!("api key {}", principal.name) } else { principal.login.clone() }
}

pub(crate) fn by<'a>(actor: &'a str, state: &ApiState) -> By<'a> {
    By { actor, at: state.now() }
}

/// A role by its name.
pub(crate) fn role(code: &str) -> Result<Role, Problem> {
    Role::from_code(code).ok_or_else(|| Code::UnknownRole.into())
}

/// A till of this merchant by its id.
pub(crate) async fn till(
    state: &ApiState,
    merchant: MerchantId,
    named: Option<&str>,
) -> Result<Option<TillId>, Problem> {
    let Some(text) = named else { return Ok(None) };
    let till: TillId = id(text, "till")?;
    let places = state.places_with(till).await?;
    let ours = places.till(till).is_some_and(|till| till.merchant == merchant);
    if ours { Ok(Some(till)) } else { Err(Code::NoSuchTill.into()) }
}

/// A name for lists and slips.
pub(crate) fn name(text: &str) -> Result<String, Problem> {
    let name = line(text, "name", 64)?;
    if name.is_empty() {
        Err(Problem::with(Code::UnacceptableBody, "name", "name is empty"))
    } else {
        Ok(name)
    }
}

async fn duties(
    state: &ApiState,
    merchant: MerchantId,
    named: &str,
    role_code: &str,
    till_id: Option<&str>,
) -> Result<Duties, Problem> {
    Ok(Duties { name: name(named)?, role: role(role_code)?, till: till(state, merchant, till_id).await? })
}

/// How many characters a login may have.
pub const LOGIN_LENGTH: std::ops::RangeInclusive<usize> = 2..=64;

/// Whether somebody can sign in with this: 2 to 64 characters, no spaces.
pub fn is_login(text: &str) -> bool {
    let visible = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    visible && LOGIN_LENGTH.contains(&text.chars().count())
}

fn login(text: &str) -> Result<String, Problem> {
    let login = text.trim();
    if is_login(login) { Ok(login.to_owned()) } else { Err(Code::LoginMalformed.into()) }
}

async fn find(state: &ApiState, caller: &Caller, person: StaffId) -> Result<Person, Problem> {
    let people = state.store().people().staff(caller.principal.merchant).await?;
    people.into_iter().find(|known| known.id == person).ok_or_else(|| Code::NoSuchPerson.into())
}

fn view(state: &ApiState, caller: &Caller, person: &Person) -> PersonView {
    PersonView {
        id: person.id.to_string(),
        login: person.login.clone(),
        name: person.name.clone(),
        role: person.role.code().to_owned(),
        till: person.till.and_then(|till| state.places().named_till(till)),
        created_at: time(person.created),
        disabled_at: person.disabled.map(time),
        you: person.id == caller.principal.id,
    }
}

impl From<PeopleError> for Problem {
    fn from(why: PeopleError) -> Problem {
        match why {
            PeopleError::LoginTaken => Code::LoginTaken.into(),
            PeopleError::NoSuchPlace => Code::NoSuchTill.into(),
            PeopleError::NoSuchPerson => Code::NoSuchPerson.into(),
            PeopleError::NoSuchKey => Code::NoSuchApiKey.into(),
            PeopleError::LastOwner => Code::LastOwner.into(),
            PeopleError::StoreFailed(why) => why.into(),
            PeopleError::AlreadyThere => {
                tracing::error!("a fresh id was not fresh");
                Code::OurMistake.into()
            }
        }
    }
}
