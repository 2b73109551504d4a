//! Takes out of the module's table what nothing calls through it.
//!
//! The crates of wasm-bindgen describe every JavaScript function that takes a callback together with the shim by which
//! JavaScript would call it, and so some fifty shims stand in the table of functions whether or not a callback of theirs
//! is ever made. By then the glue calls those that are by their exports, and the crate never calls any: each place becomes a
//! hole, where a call would trap, and wasm-opt drops what nothing else names.

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::{ConstExpr, ElementSection, Elements, Encode, SectionId};
use wasmparser::{ElementItems, ElementKind, KnownCustom, Name, Operator, Parser, Payload, Validator};

use crate::section;

/// Where the shims stand in the crate `wasm_bindgen`.
const SHIM: &str = "]::convert::closures::_::invoke::<";

fn is_shim(name: &str) -> bool {
    name.starts_with("wasm_bindgen[") && name.contains(SHIM)
}

/// The module without the shims in its table. It has to have the names of its functions.
pub fn taken_out(module: &[u8]) -> Result<Vec<u8>> {
    let (mut shims, mut table) = (Vec::new(), None);
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ElementSection(read) => {
                let range = read.range();
                let mut segments = Vec::new();
                for element in read {
                    let element = element?;
                    let (
                        ElementKind::Active { table_index: None | Some(0), offset_expr },
                        ElementItems::Functions(functions),
                    ) = (element.kind, element.items)
                    else {
                        bail!("a table that is filled in another way: review xtask/src/shims.rs")
                    };
                    let mut offset = offset_expr.get_operators_reader();
                    let Operator::I32Const { value } = offset.read()? else {
                        bail!("a table that is filled from elsewhere on: review xtask/src/shims.rs")
                    };
                    segments.push((value, functions.into_iter().collect::<Result<Vec<u32>, _>>()?));
                }
                table = Some((range, segments));
            }
            Payload::CustomSection(custom) => {
                if let KnownCustom::Name(names) = custom.as_known() {
                    for name in names {
                        if let Name::Function(functions) = name? {
                            for function in functions {
                                let function = function?;
                                shims.extend(is_shim(function.name).then_some(function.index));
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let (range, segments) = table.context("a module without a table of functions")?;
    ensure!(!shims.is_empty(), "no shim of a closure by its name: review xtask/src/shims.rs");
    let mut kept = ElementSection::new();
    for (start, functions) in segments {
        let mut place = start;
        for run in functions.chunk_by(|a, b| shims.contains(a) == shims.contains(b)) {
            if !run.first().is_some_and(|first| shims.contains(first)) {
                kept.active(None, &ConstExpr::i32_const(place), Elements::Functions(run.into()));
            }
            place += i32::try_from(run.len())?;
        }
    }
    let mut content = Vec::new();
    kept.encode(&mut content);
    // Before it the encoder writes its length.
    let body = content.get(section_start(&content)..).context("an empty section")?;
    let replaced = section::replaced(module, SectionId::Element.into(), &range, body)?;
    Validator::new().validate_all(&replaced).context("the table of functions was written wrongly")?;
    Ok(replaced)
}

/// Where what is written begins, behind its length in LEB128.
fn section_start(content: &[u8]) -> usize {
    content.iter().position(|byte| byte & 0x80 == 0).map_or(content.len(), |last| last + 1)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, Function, FunctionSection, Module, NameMap, NameSection, RefType, TableSection, TableType,
        TypeSection,
    };

    use super::*;

    /// A module of three functions of these names, all in its table.
    fn module(names: [&str; 3]) -> Vec<u8> {
        let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        let mut map = NameMap::new();
        for (index, name) in (0..).zip(names) {
            functions.function(0);
            let mut body = Function::new([]);
            body.instructions().end();
            code.function(&body);
            map.append(index, name);
        }
        let mut tables = TableSection::new();
        let element_type = RefType::FUNCREF;
        tables.table(TableType { element_type, minimum: 4, maximum: None, table64: false, shared: false });
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions([0, 1, 2].as_slice().into()));
        let mut section = NameSection::new();
        section.functions(&map);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&tables).section(&elements).section(&code).section(&section);
        module.finish()
    }

    #[test]
    fn a_shim_is_a_hole_in_the_table() {
        let shim = "wasm_bindgen[3f63]::convert::closures::_::invoke::<i8, true>";
        let after = taken_out(&module(["a", shim, "b"])).unwrap();
        let segments: Vec<(u32, Vec<u32>)> = Parser::new(0)
            .parse_all(&after)
            .filter_map(|payload| match payload.unwrap() {
                Payload::ElementSection(section) => Some(section),
                _ => None,
            })
            .flatten()
            .map(|element| {
                let element = element.unwrap();
                let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(functions)) =
                    (element.kind, element.items)
                else {
                    panic!("another kind")
                };
                let Operator::I32Const { value } = offset_expr.get_operators_reader().read().unwrap() else {
                    panic!("another place")
                };
                (value as u32, functions.into_iter().map(|function| function.unwrap()).collect())
            })
            .collect();
        assert_eq!(segments, [(1, vec![0]), (3, vec![2])]);
    }

    #[test]
    fn a_module_without_shims_is_refused() {
        assert!(taken_out(&module(["a", "other[3f63]::convert::closures::_::invoke::<i8>", "b"])).is_err());
        assert!(taken_out(&Module::new().finish()).is_err());
    }
}
