//! Ids of proposals, transactions and memories: sorted by day, short enough to type.

use std::fmt;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $letter:literal, $digits:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// A new id for the moment `now_ms` (milliseconds since 1970); `random` keeps those of
            /// one day apart.
            pub fn new(now_ms: u64, random: u64) -> $name {
                let (year, month, day) = date(now_ms / DAY_MS);
                let random = random & ((1 << (4 * $digits)) - 1);
                let (letter, digits) = ($letter, $digits);
                $name(format!("{letter}-{year:04}{month:02}{day:02}-{random:0digits$x}"))
            }

            /// The id that is written `text`; `None` where no id is written so.
            pub fn parse(text: &str) -> Option<$name> {
                let rest = text.strip_prefix(concat!($letter, "-"))?;
                let (day, random) = rest.split_once('-')?;
                let is_day = day.len() == 8 && day.bytes().all(|it| it.is_ascii_digit());
                let is_random = random.len() == $digits
                    && random.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
                (is_day && is_random).then(|| $name(text.to_owned()))
            }

            /// The id as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A proposal's id: `p-20261123-1a2b3c`.
    ProposalId,
    "p",
    6
);
id!(
    /// A transaction's id: `t-20261123-1a2b3c`.
    TransactionId,
    "t",
    6
);
id!(
    /// A memory's id: `m-20261123-1a2b3c`.
    MemoryId,
    "m",
    6
);
id!(
    /// The id of an agent's run: `r-20261123-1a2b3c4d5e`. Longer, because there are many of a day.
    AgentRunId,
    "r",
    10
);
id!(
    /// An experiment's id: `e-20261123-1a2b3c`.
    ExperimentId,
    "e",
    6
);

/// The moment `now_ms` as `2026-11-23 21:04`, in UTC.
pub fn minute(now_ms: u64) -> String {
    let (year, month, day) = date(now_ms / DAY_MS);
    let minutes = now_ms % DAY_MS / 60_000;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// Year, month and day of the `days`-th day after 1970-01-01, in the calendar of today.
///
/// The days are counted from 1 March of year 0, so that the leap day is the last of its year;
/// 146,097 days make 400 years.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_its_day() {
        let day = |now_s: u64| ProposalId::new(now_s * 1000, 0x1_001a_2b3c).to_string();
        assert_eq!(day(0), "p-19700101-1a2b3c");
        assert_eq!(day(951_782_400), "p-20000229-1a2b3c");
        assert_eq!(day(1_795_391_999), "p-20261122-1a2b3c");
        assert_eq!(day(4_107_542_400), "p-21000301-1a2b3c");
    }

    #[test]
    fn only_what_is_written_like_an_id_is_one() {
        let id = TransactionId::new(1_795_392_000_000, 7);
        assert_eq!(TransactionId::parse(id.as_str()), Some(id));
        for text in
            ["", "t", "p-20261123-000007", "t-2026-000007", "t-20261123-00000G", "t-20261123-0"]
        {
            assert_eq!(TransactionId::parse(text), None, "{text}");
        }
    }
}
