//! Rate limits of this process: a session, an address, everybody together.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Calls a minute. That many may also come at once.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Of one session.
    pub session: NonZeroU32,
    /// From one address.
    pub address: NonZeroU32,
    /// From everybody together.
    pub total: NonZeroU32,
}

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The session's.
    Session,
    /// The address's.
    Address,
    /// Everybody's.
    Total,
}

impl Scope {
    /// All, in the order they are asked: what one customer does too much is taken from nobody else.
    pub const ALL: [Scope; 3] = [Scope::Session, Scope::Address, Scope::Total];

    /// Its name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Session => "session",
            Scope::Address => "address",
            Scope::Total => "total",
        }
    }
}

/// A limit was reached: which, and how long until a call fits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded(pub Scope, pub Duration);

/// The limits, counted in this process.
#[derive(Debug)]
pub struct Limits {
    session: DefaultKeyedRateLimiter<String>,
    address: DefaultKeyedRateLimiter<IpAddr>,
    total: DefaultDirectRateLimiter,
    clock: DefaultClock,
}

impl Limits {
    /// With those rates.
    pub fn new(rates: Rates) -> Limits {
        Limits {
            session: RateLimiter::keyed(Quota::per_minute(rates.session)),
            address: RateLimiter::keyed(Quota::per_minute(rates.address)),
            total: RateLimiter::direct(Quota::per_minute(rates.total)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a call.
    pub fn admit(&self, session: &str, address: IpAddr) -> Result<(), Exceeded> {
        let now = self.clock.now();
        self.session
            .check_key(&session.to_owned())
            .map_err(|until| Exceeded(Scope::Session, until.wait_time_from(now)))?;
        self.address.check_key(&address).map_err(|until| Exceeded(Scope::Address, until.wait_time_from(now)))?;
        self.total.check().map_err(|until| Exceeded(Scope::Total, until.wait_time_from(now)))
    }

    /// Forgets who has not called for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        self.session.retain_recent();
        self.session.shrink_to_fit();
        self.address.retain_recent();
        self.address.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_has_its_limit_and_says_which() {
        let rate = |n| NonZeroU32::new(n).unwrap();
        let limits = Limits::new(Rates { session: rate(2), address: rate(3), total: rate(5) });
        let address = |n| IpAddr::from([203, 0, 113, n]);
        let scope = |session: &str, n| limits.admit(session, address(n)).map_err(|Exceeded(scope, _)| scope);
        assert_eq!((scope("a", 1), scope("a", 1)), (Ok(()), Ok(())));
        assert_eq!(scope("a", 1), Err(Scope::Session));
        assert_eq!((scope("b", 1), scope("b", 1)), (Ok(()), Err(Scope::Address)));
        assert_eq!((scope("c", 2), scope("d", 3), scope("e", 4)), (Ok(()), Ok(()), Err(Scope::Total)));
        let Err(Exceeded(_, wait)) = limits.admit("a", address(1)) else { panic!("it is used up") };
        assert!(wait <= Duration::from_secs(30) && wait > Duration::from_secs(29), "{wait:?}");
    }
}
