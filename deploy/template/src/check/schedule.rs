//! EventBridge's schedule expressions.
//!
//! As its user guide has them: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>.

/// The fields of a cron expression, in order: name, least and greatest number, names in place of numbers (of which the first is the
/// least), and what it takes besides lists, ranges and steps.
const FIELDS: [Field; 6] = [
    Field::new("minutes", 0, 59, &[], ""),
    Field::new("hours", 0, 23, &[], ""),
    Field::new("day of the month", 1, 31, &[], "?LW"),
    Field::new("month", 1, 12, &MONTHS, ""),
    Field::new("day of the week", 1, 7, &DAYS, "?L#"),
    Field::new("year", 1970, 2199, &[], ""),
];

const DAY_OF_MONTH: usize = 2;
const DAY_OF_WEEK: usize = 4;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

struct Field {
    name: &'static str,
    least: u32,
    greatest: u32,
    names: &'static [&'static str],
    signs: &'static str,
}

/// Says what EventBridge does not take of a schedule expression, and how to write it.
///
/// # Errors
///
/// For each that it would refuse.
pub(super) fn check(expression: &str) -> Result<(), String> {
    check_recurring(expression, true)
}

/// Says what is wrong with `rate(…)` or `cron(…)`; of a rate, a number other than its unit's as well, if that matters.
fn check_recurring(expression: &str, numbers_agree: bool) -> Result<(), String> {
    const LIMIT: usize = 256;
    if expression.len() > LIMIT {
        return Err(format!(
            "it has {} characters, and EventBridge takes {LIMIT}",
            expression.len()
        ));
    }
    let inner = |kind: &str| expression.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inner("rate") {
        check_rate(rate, numbers_agree)
    } else if let Some(cron) = inner("cron") {
        check_cron(cron)
    } else {
        Err("write it as \"rate(5 minutes)\" or \"cron(0 8 * * ? *)\"".to_owned())
    }
}

/// As [`check`], of what EventBridge Scheduler
/// [takes](https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html): a single time besides, and `minute` or
/// `minutes` with any number.
///
/// # Errors
///
/// For each that it would refuse.
pub(super) fn check_scheduler(expression: &str) -> Result<(), String> {
    match expression.strip_prefix("at(") {
        Some(rest) if rest.strip_suffix(')').is_some_and(is_time) => Ok(()),
        Some(_) => Err("write it as \"at(2030-12-24T18:00:00)\"".to_owned()),
        None => check_recurring(expression, false),
    }
}

/// Whether a text is a time as in `2030-12-24T18:00:00`.
fn is_time(text: &str) -> bool {
    let has_form = text.len() == 19
        && text
            .bytes()
            .zip(*b"0000-00-00T00:00:00")
            .all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                sign => byte == sign,
            });
    let within = |from: usize, least: u32, greatest: u32| {
        let value = text.get(from..from + 2).and_then(number);
        value.is_some_and(|value| (least..=greatest).contains(&value))
    };
    has_form && within(5, 1, 12) && within(8, 1, 31) && within(11, 0, 23) && within(14, 0, 59) && within(17, 0, 59)
}

/// Whether a text has the form of a time zone's name. Which there are is a matter of IANA's database, and changes.
pub(super) fn is_time_zone(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    name.len() <= 50 && name.split('/').all(is_part)
}

fn check_rate(rate: &str, numbers_agree: bool) -> Result<(), String> {
    const UNITS: [&str; 3] = ["minute", "hour", "day"];
    let wanted = "write it as \"rate(5 minutes)\", with a number from 1 on and minutes, hours or days";
    let Some((number, unit)) = rate.split_once(' ') else {
        return Err(wanted.to_owned());
    };
    let Ok(value) = number.parse::<u32>() else {
        return Err(wanted.to_owned());
    };
    let singular = unit.strip_suffix('s').unwrap_or(unit);
    if value == 0 || number.starts_with(['+', '0']) || !UNITS.contains(&singular) {
        return Err(wanted.to_owned());
    }
    if !numbers_agree {
        return Ok(());
    }
    // EventBridge's rules want the grammar right.
    let right = if value == 1 {
        singular.to_owned()
    } else {
        format!("{singular}s")
    };
    if unit != right {
        return Err(format!("write it as \"rate({value} {right})\""));
    }
    Ok(())
}

fn check_cron(cron: &str) -> Result<(), String> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let advice = match fields.len() {
            5 => "; as Unix has it, the year is missing, and one of the days is `?`: \"cron(0 8 * * ? *)\"",
            _ => ": \"cron(0 8 * * ? *)\"",
        };
        let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        return Err(format!(
            "it has {} fields, and EventBridge takes 6 ({}){advice}",
            fields.len(),
            names.join(", ")
        ));
    }
    for (field, text) in FIELDS.iter().zip(&fields) {
        field.check(text)?;
    }
    match (fields[DAY_OF_MONTH], fields[DAY_OF_WEEK]) {
        ("?", "?") => Err("both days are `?`; write `*` for one of them".to_owned()),
        ("?", _) | (_, "?") => Ok(()),
        _ => Err("of the day of the month and the day of the week, one has to be `?`".to_owned()),
    }
}

impl Field {
    const fn new(
        name: &'static str,
        least: u32,
        greatest: u32,
        names: &'static [&'static str],
        signs: &'static str,
    ) -> Self {
        Self {
            name,
            least,
            greatest,
            names,
            signs,
        }
    }

    fn check(&self, text: &str) -> Result<(), String> {
        let is_listed = text.contains(',');
        if text.split(',').all(|part| self.takes(part, is_listed)) {
            return Ok(());
        }
        let names = match self.names {
            [first, .., last] => format!(", {first} to {last}"),
            _ => String::new(),
        };
        let signs: String = self.signs.chars().map(|sign| format!(" `{sign}`")).collect();
        Err(format!(
            "the {} can't be `{text}`: it takes {} to {}{names}, and `*` `,` `-` `/`{signs}",
            self.name, self.least, self.greatest
        ))
    }

    /// Whether a part between commas is one that the field takes.
    fn takes(&self, part: &str, is_listed: bool) -> bool {
        let has = |sign| self.signs.contains(sign);
        if part == "?" {
            return has('?') && !is_listed;
        }
        if has('L') && self.is_last(part) || has('W') && self.is_weekday(part) {
            return true;
        }
        if let Some((day, week)) = part.split_once('#') {
            // One alone, says the guide.
            return has('#') && !is_listed && self.value(day).is_some() && ["1", "2", "3", "4", "5"].contains(&week);
        }
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let is_step = step.is_none_or(|step| number(step).is_some_and(|step| step > 0));
        let is_range = match range.split_once('-') {
            Some((from, to)) => self.value(from).is_some() && self.value(to).is_some(),
            None => range == "*" || self.value(range).is_some(),
        };
        is_step && is_range
    }

    /// `L`, the last day; `L-3`, three days before it; `6L`, the last Friday.
    fn is_last(&self, part: &str) -> bool {
        match part.split_once('L') {
            Some(("", "")) => true,
            Some(("", before)) => before.strip_prefix('-').is_some_and(|days| number(days).is_some()),
            Some((day, "")) => self.value(day).is_some(),
            _ => false,
        }
    }

    /// `3W`, the weekday that is nearest to the third; `LW`, the last one.
    fn is_weekday(&self, part: &str) -> bool {
        part.strip_suffix('W')
            .is_some_and(|day| day == "L" || self.value(day).is_some())
    }

    fn value(&self, text: &str) -> Option<u32> {
        let position = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = match position {
            Some(index) => self.least + u32::try_from(index).ok()?,
            None => number(text)?,
        };
        (self.least..=self.greatest).contains(&value).then_some(value)
    }
}

/// A number in decimal, without a sign.
fn number(text: &str) -> Option<u32> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guide_shows_is_taken() {
        for expression in [
            "rate(1 minute)",
            "rate(5 minutes)",
            "rate(1 hour)",
            "rate(7 days)",
            "cron(0 10 * * ? *)",
            "cron(15 12 * * ? *)",
            "cron(0 18 ? * MON-FRI *)",
            "cron(0 8 1 * ? *)",
            "cron(0/15 * * * ? *)",
            "cron(0/5 8-17 ? * MON-FRI *)",
            "cron(0/30 20-2 ? * MON-FRI *)",
            "cron(15,45 9 ? JAN,mar 2#1 2026-2030)",
            "cron(0 0 L * ? *)",
            "cron(0 0 L-3 * ? *)",
            "cron(0 0 3W,LW * ? *)",
            "cron(0 0 ? * 6L *)",
            "cron(0 0 ? * FRI#3 *)",
        ] {
            assert_eq!(check(expression), Ok(()), "{expression}");
            assert_eq!(check_scheduler(expression), Ok(()), "{expression}");
        }
        assert_eq!(check_scheduler("at(2030-12-24T18:00:00)"), Ok(()));
        for name in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
            "America/Port-au-Prince",
        ] {
            assert!(is_time_zone(name), "{name}");
        }
    }

    #[test]
    fn what_eventbridge_refuses_is_told_how_to_write() {
        for (expression, advice) in [
            ("rate(1 minutes)", "rate(1 minute)"),
            ("rate(5 minute)", "rate(5 minutes)"),
            ("rate(0 minutes)", "a number from 1 on"),
            ("rate(-1 minutes)", "a number from 1 on"),
            ("rate(1.5 hours)", "a number from 1 on"),
            ("rate(5 weeks)", "minutes, hours or days"),
            ("rate(30 seconds)", "minutes, hours or days"),
            ("rate(5minutes)", "rate(5 minutes)"),
            ("Rate(5 minutes)", "rate(5 minutes)"),
            ("cron(0 8 * * * *)", "one has to be `?`"),
            ("cron(0 8 1 * MON *)", "one has to be `?`"),
            ("cron(0 8 ? * ? *)", "both days are `?`"),
            ("cron(0 8 * * *)", "as Unix has it"),
            ("cron(0 0 8 * * ? *)", "it has 7 fields"),
            ("cron(60 8 * * ? *)", "0 to 59"),
            ("cron(0 24 * * ? *)", "0 to 23"),
            ("cron(0 8 0 * ? *)", "1 to 31"),
            ("cron(0 8 ? * 0 *)", "1 to 7, SUN to SAT"),
            ("cron(0 8 ? 13 MON *)", "1 to 12, JAN to DEC"),
            ("cron(0 8 ? * MON,TUE#2 *)", "day of the week"),
            ("cron(0 8 * * ? 1969)", "1970 to 2199"),
            ("cron(*/0 * * * ? *)", "minutes"),
            ("cron(? 8 * * ? *)", "minutes"),
            ("cron(0,, 8 * * ? *)", "minutes"),
            ("cron()", "it has 0 fields"),
            ("every 5 minutes", "rate(5 minutes)"),
            ("@daily", "rate(5 minutes)"),
        ] {
            let message = check(expression).unwrap_err();
            assert!(message.contains(advice), "{expression}: {message}");
        }
        for expression in [
            "at(2030-12-24)",
            "at(2030-13-24T18:00:00)",
            "at(2030-12-24T18:00:00Z)",
            "at(2030-12-24T24:00:00)",
        ] {
            assert!(
                check_scheduler(expression)
                    .unwrap_err()
                    .contains("at(2030-12-24T18:00:00)")
            );
        }
        assert!(check("at(2030-12-24T18:00:00)").is_err());
        assert_eq!(check_scheduler("rate(1 minutes)"), Ok(()));
        assert!(check_scheduler("rate(0 minutes)").is_err());
        for name in ["", "+02:00", "Europe/", "Europe/New York", "Europe\\Berlin"] {
            assert!(!is_time_zone(name), "{name}");
        }
        assert!(check(&format!("cron(0{} * * * ? *)", ",0".repeat(200))).is_err());
    }
}
