//! The page of a waiting job: the payment is read anew, so that a receipt printed late tells what is true now.

use super::PrinterSetup;
use crate::Handle;
use payment::Payment;
use printer::page;
use receipt::{Bill, Copy, Place, bill_of, of_payment, receipt};
use std::num::NonZeroU32;
use store::{MerchantScope, PrintJob, StoreError};

/// Makes pages for one printer.
pub(super) struct Slips {
    pub(super) setup: PrinterSetup,
    pub(super) handle: Handle,
}

impl Slips {
    /// The bytes of the job's page; nothing if its payment does not rest, so that a slip never guesses.
    pub(super) async fn page(&self, job: &PrintJob) -> Result<Option<Vec<u8>>, StoreError> {
        let scope = MerchantScope(job.merchant);
        let Some(entries) = self.handle.store().payment_entries(&scope, job.payment).await? else {
            return Ok(None);
        };
        let payment = payment::fold(&entries);
        let policy = self.handle.policy(payment.request.channel);
        let next = payment::next(&payment, &policy, self.handle.clock().now());
        let place = Place { bill: self.bill(&payment).await?, ..(self.setup.place)(&payment) };
        let Some(facts) = of_payment(&payment, &next, place) else { return Ok(None) };
        let copy = NonZeroU32::new(job.copy).map_or(Copy::Original, |count| Copy::Reprint { count });
        let page = page(&receipt(&facts, copy), &self.setup.profile);
        if !page.substituted.is_empty() {
            tracing::warn!(job = job.id, characters = ?page.substituted, "the printer's font lacks characters; each is printed as a mark");
        }
        Ok(Some(page.bytes))
    }

    /// The bill that the payment is a part of.
    async fn bill(&self, payment: &Payment) -> Result<Option<Bill>, StoreError> {
        let Some(part) = &payment.request.part else { return Ok(None) };
        let scope = MerchantScope(payment.request.merchant);
        let payments = self.handle.store().payments_of_sale(&scope, part.sale).await?;
        Ok(bill_of(payment, &payments))
    }
}
