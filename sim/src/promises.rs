//! What must hold, by number and sentence. The first sixteen are the promises of the whole of Paydesk; the others
//! are what the world needs to judge by them.

macro_rules! promises {
    ($($name:ident = $number:literal, $sentence:literal;)*) => {
        /// A promise.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Promise {
            $(
                #[doc = $sentence]
                $name,
            )*
        }

        impl Promise {
            /// Every promise, by number.
            pub const ALL: &[Promise] = &[$(Promise::$name,)*];

            /// Its number.
            pub fn number(self) -> u32 {
                match self { $(Promise::$name => $number,)* }
            }

            /// Its sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Promise::$name => $sentence,)* }
            }
        }
    };
}

promises! {
    OneCharge = 1, "at most one charge for an order, and one for a scan";
    AcknowledgedStays = 2, "what was acknowledged exists after any crash";
    DurableBeforeSent = 3, "nothing is sent to a provider before its intent is durable";
    SilenceProvesNothing = 4, "a time-out, a failure inside or a reply that cannot be trusted never becomes an outcome";
    UnknownEnds = 5, "every unknown comes to a definite end soon after the provider can be reached";
    OutcomeStays = 6, "what was announced changes only by a refund that somebody asked for, or to returned";
    RefundsWithinPaid = 7, "no more goes back than was paid, and a refund's key is one refund";
    NoGoodsOnAClosedPayment = 8, "goods never leave on money that does not stay; money after the end is returned or raised";
    NoticesOnlyMakeUsLook = 9, "repeated, late, reordered and forged notifications have no further effect";
    KeyIsOneContent = 10, "a key that comes with other content is refused";
    JournalEntersOnce = 11, "every entry of a till's journal enters the server's book once, in order, and gaps are seen";
    BooksBalance = 12, "double entry sums to zero at every instant";
    BooksAgree = 13, "our book equals the provider's: no difference is silent";
    ClocksDecideNothing = 14, "clocks that are set, differ or pass midnight change no outcome";
    RestoreAndBill = 15, "an earlier store and the provider's bill give the same book";
    OneDriver = 16, "two engines on one store never both act on one payment";
    MemoryIsFacts = 17, "a payment in memory is what its durable facts add up to";
    OrderlyStory = 18, "facts tell one story: calls one at a time, each ended once, in the order of time";
    OwnPaymentsOnly = 19, "a merchant sees only its own payments";
    TreatmentDecides = 20, "where nothing interferes, how the payer behaves decides the outcome";
}

/// How often each promise was put to the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested([u64; Promise::ALL.len()]);

impl Default for Tested {
    fn default() -> Tested {
        Tested([0; Promise::ALL.len()])
    }
}

impl Tested {
    /// How often this promise was.
    pub fn times(&self, promise: Promise) -> u64 {
        self.0[promise as usize]
    }

    /// Promises that nothing put to the test.
    pub fn untested(&self) -> impl Iterator<Item = Promise> + '_ {
        Promise::ALL.iter().copied().filter(|promise| self.times(*promise) == 0)
    }

    pub(crate) fn count(&mut self, promise: Promise) {
        self.0[promise as usize] += 1;
    }

    pub(crate) fn add(&mut self, other: &Tested) {
        self.0.iter_mut().zip(other.0).for_each(|(ours, theirs)| *ours += theirs);
    }
}
