//! A trace as people read it: a line about it, and below that its segments, each under the one that asked for it.

use std::collections::HashMap;

use aws_sdk_xray::primitives::{DateTime, DateTimeFormat};
use serde_json::Value;

use super::segment::Segment;
use crate::report;

/// The segments of a trace, as a tree.
pub(crate) struct Tree {
    roots: Vec<Segment>,
    /// In seconds since 1970.
    pub(crate) start: f64,
    /// In seconds, once there is nothing in progress.
    pub(crate) duration: Option<f64>,
    throttle: bool,
}

impl Tree {
    /// Puts documents' segments under those that asked for them.
    pub(crate) fn new(segments: Vec<Segment>) -> Self {
        let start = segments.iter().map(|segment| segment.start_time).reduce(f64::min);
        let start = start.unwrap_or_default();
        let end: Option<Vec<f64>> = segments.iter().map(|segment| segment.end_time).collect();
        let end = end.and_then(|ends| ends.into_iter().reduce(f64::max));
        let throttle = segments.iter().any(|segment| segment.throttle);
        let mut ids = Vec::new();
        for segment in &segments {
            collect_ids(segment, &mut ids);
        }
        let mut roots = Vec::new();
        let mut children: HashMap<String, Vec<Segment>> = HashMap::new();
        for segment in segments {
            match &segment.parent_id {
                // It says of its parent what that says itself.
                Some(parent) if ids.contains(parent) && segment.inferred => {}
                Some(parent) if ids.contains(parent) => children.entry(parent.clone()).or_default().push(segment),
                _ => roots.push(segment),
            }
        }
        for root in &mut roots {
            adopt(root, &mut children);
        }
        // Whose parents are one another's: nobody makes such segments, and none is to be lost.
        roots.extend(children.into_values().flatten());
        roots.sort_by(by_start);
        Self {
            roots,
            start,
            // Seconds since 1970 have microseconds, and what is finer is noise.
            duration: end.map(|end| (1e6 * (end - start)).round() / 1e6),
            throttle,
        }
    }

    /// The status of the response to the first request.
    pub(crate) fn status(&self) -> Option<u16> {
        self.roots.first()?.status()
    }

    pub(crate) fn has_fault(&self) -> bool {
        self.roots.iter().any(|root| root.fault)
    }

    pub(crate) fn has_error(&self) -> bool {
        self.roots.iter().any(|root| root.error)
    }

    /// Whether any of the segments was refused for there being too many requests.
    pub(crate) fn has_throttle(&self) -> bool {
        self.throttle
    }

    /// The trace's own line, and a line for each segment.
    pub(crate) fn text(&self, id: &str) -> String {
        let start = DateTime::from_millis((1000.0 * self.start).round() as i64);
        let mut first = vec![
            start.fmt(DateTimeFormat::DateTime).unwrap_or_default(),
            shown_duration(self.duration),
        ];
        first.extend(self.status().map(|status| status.to_string()));
        first.extend(flags(self.has_fault(), self.has_error(), self.has_throttle()));
        first.push(id.to_owned());
        let mut rows = Vec::new();
        for root in &self.roots {
            add_rows(root, 1, &mut rows);
        }
        let width = rows.iter().map(|row| row[1].len()).max().unwrap_or_default();
        for row in &mut rows {
            row[1] = format!("{:>width$}", row[1]);
        }
        format!("{}\n{}", first.join("  "), report::table(&rows))
    }
}

fn collect_ids(segment: &Segment, ids: &mut Vec<String>) {
    ids.push(segment.id.clone());
    for subsegment in &segment.subsegments {
        collect_ids(subsegment, ids);
    }
}

/// Takes what was asked for by a segment, or by its subsegments, out of those that have no place yet.
fn adopt(segment: &mut Segment, children: &mut HashMap<String, Vec<Segment>>) {
    segment
        .subsegments
        .extend(children.remove(&segment.id).unwrap_or_default());
    segment.subsegments.sort_by(by_start);
    for subsegment in &mut segment.subsegments {
        adopt(subsegment, children);
    }
}

fn by_start(one: &Segment, other: &Segment) -> std::cmp::Ordering {
    one.start_time.total_cmp(&other.start_time)
}

/// A segment's name, its duration and what else there is to say, and the same of what it asked for.
fn add_rows(segment: &Segment, depth: usize, rows: &mut Vec<Vec<String>>) {
    let names = [Some(&*segment.name), segment.operation(), segment.origin.as_deref()];
    let names: Vec<_> = names.into_iter().flatten().map(one_line).collect();
    let mut notes: Vec<String> = segment.status().map(|status| status.to_string()).into_iter().collect();
    notes.extend(flags(segment.fault, segment.error, segment.throttle));
    notes.extend(segment.request());
    notes.extend(segment.exceptions());
    notes.extend(
        segment
            .annotations
            .iter()
            .map(|(name, value)| format!("{name}={}", shown_value(value))),
    );
    let notes: Vec<_> = notes.iter().map(|note| one_line(note)).collect();
    rows.push(vec![
        format!("{}{}", "  ".repeat(depth), names.join(" ")),
        shown_duration(segment.duration()),
        notes.join("  "),
    ]);
    for subsegment in &segment.subsegments {
        add_rows(subsegment, depth + 1, rows);
    }
}

fn flags(fault: bool, error: bool, throttle: bool) -> impl Iterator<Item = String> {
    [("fault", fault), ("error", error), ("throttle", throttle)]
        .into_iter()
        .filter(|(_, is_set)| *is_set)
        .map(|(name, _)| name.to_owned())
}

fn shown_duration(seconds: Option<f64>) -> String {
    match seconds {
        None => "in progress".to_owned(),
        Some(seconds) if seconds < 1.0 => format!("{:.1} ms", 1000.0 * seconds),
        Some(seconds) => format!("{seconds:.3} s"),
    }
}

/// An annotation's value; a text that might be taken for something else, as JSON.
fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains([' ', '"', '=']) => text.clone(),
        other => other.to_string(),
    }
}

/// What others wrote, without what would break a line or change a terminal.
fn one_line(text: &str) -> String {
    let text = text.replace(|character: char| character.is_control(), " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(documents: &[&str]) -> String {
        let segments = documents.iter().map(|document| serde_json::from_str(document).unwrap());
        Tree::new(segments.collect()).text("1-59602603-23fc5b688855d396af79b496")
    }

    /// The trace of [X-Ray's guide](https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html), in its order, without what
    /// is not looked at: an application that calls a function.
    const SCOREKEEP: [&str; 5] = [
        r#"{"id":"1fb07842d944e714","name":"random-name","start_time":1.499473411677E9,"end_time":1.499473414572E9,
            "parent_id":"0c544c1b1bbff948","http":{"response":{"status":200}},"origin":"AWS::Lambda",
            "resource_arn":"arn:aws:lambda:us-west-2:123456789012:function:random-name"}"#,
        r#"{"id":"194fcc8747581230","name":"Scorekeep","start_time":1.499473411562E9,"end_time":1.499473414794E9,
            "http":{"request":{"url":"http://scorekeep.elasticbeanstalk.com/api/user","method":"POST"},"response":{"status":200}},
            "origin":"AWS::ElasticBeanstalk::Environment","subsegments":[
            {"id":"0c544c1b1bbff948","name":"Lambda","start_time":1.499473411629E9,"end_time":1.499473414572E9,
             "http":{"response":{"status":200,"content_length":14}},"namespace":"aws",
             "aws":{"log_type":"None","status_code":200,"function_name":"random-name","operation":"Invoke"}},
            {"id":"071684f2e555e571","name":"\u0023\u0023 UserModel.saveUser","start_time":1.499473414581E9,"end_time":1.499473414769E9,
             "metadata":{"debug":{"test":"Metadata string from UserModel.saveUser"}},"subsegments":[
             {"id":"4cd3f10b76c624b4","name":"DynamoDB","start_time":1.49947341469E9,"end_time":1.499473414769E9,
              "http":{"response":{"status":200}},"aws":{"table_name":"scorekeep-user","operation":"UpdateItem"}}]}]}"#,
        r#"{"id":"00f91aa01f4984fd","name":"random-name","start_time":1.49947341283E9,"end_time":1.49947341457E9,
            "parent_id":"1fb07842d944e714","origin":"AWS::Lambda::Function","subsegments":[
            {"id":"e6d2fe619f827804","name":"annotations","start_time":1.499473413012E9,"end_time":1.499473413069E9,
             "annotations":{"UserID":"5M388M1E","Name":"Ola"}},
            {"id":"b29b548af4d54a0f","name":"SNS","start_time":1.499473413112E9,"end_time":1.499473414071E9,
             "http":{"response":{"status":200}},"aws":{"operation":"Publish","region":"us-west-2","retries":0},"namespace":"aws"},
            {"id":"2279c0030c955e52","name":"Initialization","start_time":1.499473412064E9,"end_time":1.499473412819E9}]}"#,
        r#"{"id":"17ba309b32c7fbaf","name":"DynamoDB","start_time":1.49947341469E9,"end_time":1.499473414769E9,
            "parent_id":"4cd3f10b76c624b4","inferred":true,"origin":"AWS::DynamoDB::Table"}"#,
        r#"{"id":"1ee3c4a523f89ca5","name":"SNS","start_time":1.499473413112E9,"end_time":1.499473414071E9,
            "parent_id":"b29b548af4d54a0f","inferred":true,"http":{"response":{"status":200}},"origin":"AWS::SNS"}"#,
    ];

    #[test]
    fn each_segment_is_under_the_one_that_asked_for_it() {
        assert_eq!(
            text(&SCOREKEEP),
            "\
2017-07-08T00:23:31.562Z  3.232 s  200  1-59602603-23fc5b688855d396af79b496
  Scorekeep AWS::ElasticBeanstalk::Environment   3.232 s  200  POST http://scorekeep.elasticbeanstalk.com/api/user
    Lambda Invoke                                2.943 s  200
      random-name AWS::Lambda                    2.895 s  200
        random-name AWS::Lambda::Function        1.740 s
          Initialization                        755.0 ms
          annotations                            57.0 ms  Name=Ola  UserID=5M388M1E
          SNS Publish                           959.0 ms  200
    ## UserModel.saveUser                       188.0 ms
      DynamoDB UpdateItem                        79.0 ms  200
"
        );
    }

    #[test]
    fn a_duration_has_no_more_digits_than_times_have() {
        let segments = SCOREKEEP.map(|document| serde_json::from_str(document).unwrap());
        assert_eq!(Tree::new(segments.into()).duration, Some(3.232));
    }

    #[test]
    fn a_fault_says_why() {
        let text = text(&[
            r#"{"id":"a","name":"hello","start_time":1600000000,"end_time":1600000000.0123,"fault":true,"origin":"AWS::Lambda",
                "http":{"response":{"status":502}}}"#,
            r#"{"id":"b","name":"hello","start_time":1600000000.001,"end_time":1600000000.012,"parent_id":"a","fault":true,
                "origin":"AWS::Lambda::Function","cause":{"exceptions":[{"type":"ValueError","message":"no\nname\u001b[31m"}]},
                "subsegments":[
                {"id":"d","name":"Overhead","start_time":1600000000.0115,"end_time":1600000000.0120},
                {"id":"c","name":"Invocation","start_time":1600000000.001,"end_time":1600000000.0115,
                 "annotations":{"first":true,"who":"Ada L.","zero":0}}]}"#,
        ]);
        assert_eq!(
            text,
            "\
2020-09-13T12:26:40Z  12.3 ms  502  fault  1-59602603-23fc5b688855d396af79b496
  hello AWS::Lambda              12.3 ms  502  fault
    hello AWS::Lambda::Function  11.0 ms  fault  ValueError: no name [31m
      Invocation                 10.5 ms  first=true  who=\"Ada L.\"  zero=0
      Overhead                    0.5 ms
"
        );
    }

    #[test]
    fn what_goes_on_has_no_duration() {
        let text = text(&[
            r#"{"name":"example.com","id":"70de5b6f19ff9a0b","start_time":1.478293361271E9,"in_progress":true}"#,
            r#"{"name":"api.example.com","id":"53995c3f42cd8ad8","start_time":1.478293361271E9,"end_time":1.478293361449E9,
                "type":"subsegment","parent_id":"70de5b6f19ff9a0b","namespace":"remote","error":true,"throttle":true,
                "http":{"request":{"url":"https://api.example.com/health","method":"POST","traced":true},"response":{"status":429}}}"#,
        ]);
        assert_eq!(
            text,
            "\
2016-11-04T21:02:41.271Z  in progress  throttle  1-59602603-23fc5b688855d396af79b496
  example.com        in progress
    api.example.com     178.0 ms  429  error  throttle  POST https://api.example.com/health
"
        );
    }

    #[test]
    fn a_segment_without_its_parent_is_shown() {
        let text = text(&[
            r#"{"id":"b","name":"second","start_time":2,"end_time":3,"parent_id":"elsewhere","inferred":true}"#,
            r#"{"id":"a","name":"first","start_time":1,"end_time":1.5,"parent_id":"elsewhere"}"#,
            r#"{"id":"c","name":"one","start_time":1,"end_time":2,"parent_id":"d"}"#,
            r#"{"id":"d","name":"other","start_time":1,"end_time":2,"parent_id":"c"}"#,
        ]);
        let names: Vec<_> = text
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(names.len(), 4, "{text}");
        assert!(text.contains("1970-01-01T00:00:01Z  2.000 s  "), "{text}");
        assert!(text.find("first") < text.find("second"), "{text}");
    }
}
