//! Requests of an Application Load Balancer.

use serde_json::{Value, json};

use crate::{
    function::{Destination, Parts},
    names::{Names, text, texts, unique_id},
    settings::LoadBalancerSettings,
};

/// Adds a [rule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listenerrule.html)
/// of a listener, and the
/// [target group](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-targetgroup.html)
/// that holds the function.
pub(super) fn add(parts: &mut Parts, names: &Names, destination: &Destination, source: &LoadBalancerSettings) {
    // A group has one load balancer, whose listeners share it.
    let kind = if source.multi_value_headers {
        "MultiValueTargetGroup"
    } else {
        "TargetGroup"
    };
    let group = names.resource(&format!("{kind}{}", unique_id(load_balancer(&source.listener))));
    if !parts.resources.contains_key(&group) {
        let resource = target_group(parts, names, destination, source.multi_value_headers);
        parts.whole_resource(group.clone(), resource);
    }
    let conditions: Vec<Value> = [
        ("path-pattern", "PathPatternConfig", &source.paths),
        ("host-header", "HostHeaderConfig", &source.hosts),
        ("http-request-method", "HttpRequestMethodConfig", &source.methods),
    ]
    .into_iter()
    .filter(|(_, _, values)| !values.is_empty())
    .map(|(field, config, values)| json!({"Field": field, config: {"Values": texts(values)}}))
    .collect();
    // A listener has one rule of a priority, whichever function it leads to.
    let id = format!("listener{}Rule{}", unique_id(&source.listener), source.priority);
    if parts.resources.contains_key(&id) {
        let what = format!("the rule {} of the listener {:?}", source.priority, source.listener);
        parts.clashes.push(what);
        return;
    }
    parts.resource(
        id,
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        json!({
            "Actions": [{"TargetGroupArn": {"Ref": group}, "Type": "forward"}],
            "Conditions": conditions,
            "ListenerArn": text(&source.listener),
            "Priority": source.priority,
        }),
    );
}

/// The load balancer of a listener, as in `app/web/50dc6c495c0c9188`.
fn load_balancer(listener: &str) -> &str {
    let path = listener.rsplit_once(":listener/").map_or(listener, |(_, path)| path);
    path.rsplit_once('/').map_or(path, |(balancer, _)| balancer)
}

fn target_group(parts: &mut Parts, names: &Names, destination: &Destination, multi_value_headers: bool) -> Value {
    let permission = names.resource("TargetGroupPermission");
    if !parts.resources.contains_key(&permission) {
        parts.resource(
            permission.clone(),
            "AWS::Lambda::Permission",
            json!({
                "Action": "lambda:InvokeFunction",
                "FunctionName": destination.reference,
                "Principal": "elasticloadbalancing.amazonaws.com",
                "SourceAccount": {"Ref": "AWS::AccountId"},
                // The group can't be asked for its ARN: it is made after the permission, as it calls the function then.
                "SourceArn": text(
                    "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/*"
                ),
            }),
        );
    }
    let mut properties = json!({"TargetType": "lambda", "Targets": [{"Id": destination.arn}]});
    if multi_value_headers {
        properties["TargetGroupAttributes"] = json!([{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}]);
    }
    json!({
        "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "DependsOn": permission,
        "Properties": properties,
    })
}
