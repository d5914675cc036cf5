//! What the [context](https://docs.aws.amazon.com/lambda/latest/dg/python-context.html) of an invocation says, that Lambda's client made of the headers of an event.

use std::{
    ptr,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    api::{Api, Object},
    installed::Installed,
};

/// A text, and the object that holds it: an owned reference, or null.
pub(super) type Text = (Object, &'static str);

/// What the headers of an invocation say, taken from the context that Lambda's client made of them.
///
/// The texts are valid until `release` is called.
#[derive(Clone, Copy)]
pub(super) struct Headers {
    pub(super) request_id: Text,
    /// Milliseconds since the Unix epoch; 0 if nobody knows.
    pub(super) deadline: u64,
    pub(super) invoked_function_arn: Text,
    pub(super) client_context: Text,
    pub(super) cognito_identity: Text,
    pub(super) tenant_id: Text,
}

impl Headers {
    /// Reads a context; `None` if Python code raised.
    pub(super) fn read(api: &Api, installed: &Installed, context: Object) -> Option<Self> {
        // SAFETY: the reference is given back by `release`, with which the use of the texts ends.
        let text = |object| (object, unsafe { api.text(object) });
        let mut headers = Self {
            request_id: text(api.attribute(context, installed.aws_request_id)),
            deadline: deadline(api, installed, context),
            invoked_function_arn: text(api.attribute(context, installed.invoked_function_arn)),
            client_context: (ptr::null_mut(), ""),
            cognito_identity: (ptr::null_mut(), ""),
            tenant_id: text(api.attribute(context, installed.tenant_id)),
        };
        if has_caller(api, installed, context) {
            let texts = api.call_with(installed.headers, [api.new_reference(context)]);
            if texts.is_null() {
                headers.release(api);
                return None;
            }
            let item = |index| {
                // SAFETY: a live tuple, whose items it keeps; null, with an error, where it is none or too short.
                let item = unsafe { (api.get_item)(texts, index) };
                if item.is_null() {
                    // SAFETY: the lock is held.
                    unsafe { (api.clear_error)() };
                    return (item, "");
                }
                text(api.new_reference(item))
            };
            headers.client_context = item(0);
            headers.cognito_identity = item(1);
            api.release(texts);
        }
        Some(headers)
    }

    /// Gives the references back. The texts are not used any more.
    pub(super) fn release(self, api: &Api) {
        api.release(self.request_id.0);
        api.release(self.invoked_function_arn.0);
        api.release(self.client_context.0);
        api.release(self.cognito_identity.0);
        api.release(self.tenant_id.0);
    }
}

/// Whether the context tells of a client or an identity.
fn has_caller(api: &Api, installed: &Installed, context: Object) -> bool {
    let client = api.attribute(context, installed.client_context);
    let identity = api.attribute(context, installed.identity);
    let id = match identity.is_null() {
        true => identity,
        false => api.attribute(identity, installed.cognito_identity_id),
    };
    let found = !client.is_null() || !id.is_null();
    api.release(client);
    api.release(identity);
    api.release(id);
    found
}

/// The deadline that a context has, in milliseconds since the Unix epoch; 0 if it has none.
///
/// Lambda's client keeps it in an attribute of its own; what all contexts have is the time that is left.
fn deadline(api: &Api, installed: &Installed, context: Object) -> u64 {
    let attribute = api.attribute(context, installed.deadline);
    let deadline = api.number(attribute);
    api.release(attribute);
    if let Some(deadline) = deadline {
        return u64::try_from(deadline).unwrap_or(0);
    }
    let method = api.attribute(context, installed.remaining_time);
    if method.is_null() {
        return 0;
    }
    let left = api.call_with(method, []);
    api.release(method);
    if left.is_null() {
        // SAFETY: the lock is held.
        unsafe { (api.clear_error)() };
    }
    let millis = api.number(left);
    api.release(left);
    let Some(millis) = millis else { return 0 };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis())
        .unwrap_or(0)
        .saturating_add_signed(millis)
}
