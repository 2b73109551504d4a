//! The JSON Schema of a policy document, generated from the types and from the table of inputs.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::document::{MAX_BRANCHES, MAX_COUNT, MAX_LANGUAGES, MAX_NAME, MAX_PROSE};
use super::input::{Domain, Input, MAX_OVER, MEANS, Naming};
use super::{Condition, Policy};
use crate::cue::Cue;
use crate::decision::Action;
use crate::names::{self, Named};

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let branch = generator.subschema_for::<Condition>();
        let list = json!({ "type": "array", "items": branch, "minItems": 1, "maxItems": MAX_BRANCHES });
        let one = |key: &str, value: &Value, description: &str| {
            json!({
                "type": "object", "description": description, "properties": { key: value }, "required": [key],
                "additionalProperties": false,
            })
        };
        let mut forms = vec![
            one("all", &list, "Every branch holds."),
            one("any", &list, "At least one branch holds."),
            one("not", &json!(branch), "The branch does not hold, or what it reads is not known."),
        ];
        for input in Input::ALL {
            match input.naming() {
                // The range depends on what the mean is taken of.
                Naming::Mean => forms.extend(names::list(MEANS).into_iter().map(|name| comparison(input, Some(name)))),
                _ => forms.push(comparison(input, None)),
            }
        }
        let schema = json!({
            "description": "One of `all`, `any`, `not`, or an `input` compared with a value by one operator.",
            "oneOf": forms,
        });
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// A comparison of one input: its name, and one of the operators that fit.
fn comparison(input: Input, mean_of: Option<&str>) -> Value {
    let mut properties = Map::new();
    let mut required = vec!["input"];
    let mut set = |key: &str, schema: Value| properties.insert(key.to_owned(), schema);
    set("input", json!({ "const": input.as_str() }));
    let over = json!({ "type": "integer", "minimum": 1, "maximum": MAX_OVER });
    match input.naming() {
        Naming::None => {}
        Naming::Cue { over: false } => {
            set("name", json!({ "enum": names::list(Cue::NAMES) }));
            required.push("name");
        }
        Naming::Cue { over: true } => {
            set("name", json!({ "enum": names::list(Cue::NAMES) }));
            set("over", over);
            required.push("name");
        }
        Naming::Mean => {
            set("name", json!({ "const": mean_of }));
            set("over", over);
            required.extend(["name", "over"]);
        }
        Naming::Attribute => {
            set("name", json!({ "type": "string", "minLength": 1, "maxLength": MAX_NAME }));
            required.push("name");
        }
    }
    let domain = input.domain(mean_of);
    let mut one_operator = Vec::new();
    for operator in domain.operators() {
        let threshold = match domain {
            Domain::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
            Domain::Words(words) => json!({ "enum": names::list(words) }),
            Domain::Text => json!({ "type": "string", "minLength": 1 }),
            Domain::Any if operator.orders() => json!({ "type": "number" }),
            Domain::Any => json!({ "type": ["boolean", "number", "string"] }),
        };
        set(operator.as_str(), threshold);
        one_operator.push(json!({ "required": [operator.as_str()] }));
    }
    json!({
        "type": "object", "properties": properties, "required": required, "oneOf": one_operator,
        "additionalProperties": false,
    })
}

/// What is left out is left out: `null` stands for nothing.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|one| one != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    let options = schema.get("anyOf").and_then(Value::as_array);
    if let Some([one, null]) = options.map(Vec::as_slice)
        && *null == json!({ "type": "null" })
        && let Some(one) = one.as_object().cloned()
    {
        schema.remove("anyOf");
        for (key, value) in one {
            schema.insert(key, value);
        }
    }
}

/// What the types alone do not say: lengths, ranges, which outcomes fit where.
fn bounds(schema: &mut Value) {
    let text = |most: usize, least: usize| json!({ "type": "string", "minLength": least, "maxLength": most });
    let mut set = |pointer: &str, more: &Value| {
        if let (Some(Value::Object(place)), Value::Object(more)) = (schema.pointer_mut(pointer), more) {
            place.extend(more.clone());
        }
    };
    for place in ["/properties", "/$defs/Rule/properties", "/$defs/Limit/properties"] {
        set(&format!("{place}/comment"), &text(MAX_PROSE, 0));
        set(&format!("{place}/id"), &text(MAX_NAME, 1));
    }
    set("/$defs/Rule/properties/reason", &text(MAX_NAME, 0));
    set("/$defs/Rule/properties/route", &text(MAX_NAME, 1));
    set("/$defs/Rule/properties/confirm", &json!({ "minimum": 1, "maximum": MAX_COUNT }));
    set("/$defs/Span/properties/messages", &json!({ "maximum": MAX_COUNT }));
    set("/$defs/Span/properties/ms", &json!({ "minimum": 0, "maximum": crate::event::MAX_TIME }));
    set("/$defs/Span", &json!({ "minProperties": 1 }));
    set("/$defs/Gates/properties/maxOffers", &json!({ "maximum": MAX_COUNT }));
    set("/$defs/Gates/properties/offerDwellMs", &json!({ "minimum": 0, "maximum": crate::event::MAX_TIME }));
    for label in ["negative", "neutral", "positive"] {
        set(&format!("/$defs/ToneTexts/properties/{label}"), &text(MAX_PROSE, 1));
    }
    let tag = json!({ "pattern": "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$", "maxLength": 35 });
    set("/properties/tone", &json!({ "maxProperties": MAX_LANGUAGES, "propertyNames": tag }));
    if let Some(Value::Object(properties)) = schema.pointer_mut("/properties") {
        properties.insert("$schema".to_owned(), text(MAX_NAME, 0));
    }
    let actions = [Action::Respond, Action::Watch, Action::Offer, Action::Ask, Action::Handoff];
    let words = |least: usize, most: usize| {
        let words: Vec<_> = actions.iter().skip(least).take(most).map(|action| action.as_str()).collect();
        json!({ "type": "string", "enum": words })
    };
    for (pointer, value) in
        [("/$defs/Rule/properties/outcome", words(1, 4)), ("/$defs/Limit/properties/atMost", words(0, 4))]
    {
        if let (Some(Value::Object(place)), Value::Object(value)) = (schema.pointer_mut(pointer), value) {
            place.remove("$ref");
            place.extend(value);
        }
    }
    if let Some(Value::Object(definitions)) = schema.pointer_mut("/$defs") {
        definitions.remove("Action");
    }
}

/// The trend, which the types say by one form for each method.
fn trend(schema: &mut Value) {
    let forms = schema.pointer_mut("/$defs/TrendMethod/oneOf").and_then(Value::as_array_mut);
    for form in forms.into_iter().flatten() {
        let robust = form.pointer("/properties/method/const").is_some_and(|method| method == "theil-sen");
        let Some(Value::Object(properties)) = form.get_mut("properties") else { continue };
        let window = json!({
            "type": "integer", "minimum": if robust { 3 } else { 2 }, "maximum": crate::trend::MAX_TREND_WINDOW,
            "description": "Scores looked at.",
        });
        let delta = json!({
            "type": "number", "exclusiveMinimum": 0, "maximum": 2,
            "description": if robust { "Slope per message that counts." } else { "Difference that counts." },
        });
        properties.insert("window".to_owned(), window);
        properties.insert("delta".to_owned(), delta);
    }
}

impl Policy {
    /// The JSON Schema (2020-12) of a policy document.
    #[must_use]
    pub fn schema() -> Value {
        let mut remove = RecursiveTransform(without_null);
        let generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = generator.into_root_schema_for::<Policy>();
        remove.transform(&mut schema);
        let mut schema = schema.to_value();
        bounds(&mut schema);
        trend(&mut schema);
        schema
    }
}
