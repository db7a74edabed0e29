//! Moments as people write them: a date, or a span of time from now.

use anyhow::Context as _;
use jiff::{Span, Timestamp, ZonedDateTime, civil::Date, tz::TimeZone};

/// Which way a span of time goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `3 weeks` is three weeks ago.
    Back,
    /// `3 weeks` is in three weeks.
    Ahead,
}

/// The moment that `written` means.
///
/// # Errors
/// Where it is neither a date, nor a moment, nor a span.
pub(crate) fn moment(written: &str, way: Way) -> anyhow::Result<Timestamp> {
    moment_from(written, way, &ZonedDateTime::now())
}

/// The day of a moment, in milliseconds since 1970.
pub(crate) fn day(at_ms: u64) -> String {
    let moment = Timestamp::from_millisecond(at_ms.cast_signed()).unwrap_or_default();
    moment.to_zoned_datetime(TimeZone::UTC).date().to_string()
}

fn moment_from(written: &str, way: Way, now: &ZonedDateTime) -> anyhow::Result<Timestamp> {
    if let Ok(date) = written.parse::<Date>() {
        return Ok(date.to_zoned_datetime(TimeZone::UTC)?.timestamp());
    }
    if let Ok(moment) = written.parse::<Timestamp>() {
        return Ok(moment);
    }
    let span = written.trim().trim_end_matches("ago").trim_end().parse::<Span>();
    let span = span.with_context(|| {
        format!("`{written}` is neither a date (2026-01-31) nor a time (3 weeks, 2d)")
    })?;
    let span = span.abs();
    Ok(match way {
        Way::Back => now.checked_sub(span)?.timestamp(),
        Way::Ahead => now.checked_add(span)?.timestamp(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, way: Way, expected: Option<&str>) {
        let now: ZonedDateTime = "2026-03-10T00:00:00[UTC]".parse().unwrap();
        let found = moment_from(written, way, &now).ok();
        let found = found.map(|it| day(it.as_millisecond().cast_unsigned()));
        assert_eq!(found.as_deref(), expected, "{written}");
    }

    #[test]
    fn moments_are_dates_or_spans_from_now() {
        check("2026-01-31", Way::Back, Some("2026-01-31"));
        check("2 weeks", Way::Back, Some("2026-02-24"));
        check("3d", Way::Back, Some("2026-03-07"));
        check("1 month ago", Way::Back, Some("2026-02-10"));
        check("90d", Way::Ahead, Some("2026-06-08"));
        check("yesterday", Way::Back, None);
    }
}
