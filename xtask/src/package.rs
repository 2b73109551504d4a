//! The npm package: wasm, glue, entry and types in `dist/package`, packed into a tarball.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::clone::{Clone, copy_folder};
use crate::command::{output, program, run, stage};
use crate::glue::Engine;
use crate::{demo, glue, javascript, numbering, order, section, shims, size, tools};

/// Where the package is put together.
pub fn folder(clone: &Clone) -> PathBuf {
    clone.dist().join("package")
}

/// Builds the wasm and puts package and demo together; the demo's engine has the lab's exports besides.
pub fn assemble(clone: &Clone) -> Result<()> {
    stage("tools", || {
        tools::wasm_target()?;
        tools::wasm_bindgen(clone)?;
        tools::npm(clone)
    })?;
    stage("the package", || {
        build(clone)?;
        demo::assemble(clone)
    })
}

/// How the wasm is optimised.
#[derive(Debug, Clone, Copy)]
pub struct Optimisation {
    /// rustc's `opt-level` for this crate; what it depends on is built as the profile has it.
    pub rustc: &'static str,
    /// The flags of wasm-opt.
    pub wasm_opt: &'static [&'static str],
    /// Whether functions are ordered and variables numbered so that the download is small; it runs the same.
    pub arranged: bool,
}

/// A function that is called once is left where it is: copies of common code compress to almost nothing, code that was
/// merged into its surroundings does not.
pub const NOT_MERGED: &str = "--one-caller-inline-max-function-size=0";
/// What is hardly longer than a call of it stands in the place of each call, which is smaller and a sixteenth faster.
pub const INLINED: &str = "--always-inline-max-function-size=6";
/// What is computed twice is left so: to keep it, a variable is written somewhere and read somewhere else, like no other.
pub const NOT_SHARED: &str = "--skip-pass=local-cse";
/// What is shipped; docs/benchmarks.md has the others beside it. Optimised for speed a decision takes a quarter less time, and
/// the download is six kilobytes larger.
pub const SHIPPED: Optimisation =
    Optimisation { rustc: "z", wasm_opt: &["-Oz", "--converge", NOT_MERGED, INLINED, NOT_SHARED], arranged: true };

/// Builds the wasm and its glue into a folder, beside the hand-written files of the package.
pub fn build_into(clone: &Clone, package: &Path, how: Optimisation, features: &[&str], named: &Path) -> Result<()> {
    if package.exists() {
        fs::remove_dir_all(package)?;
    }
    copy_folder(&clone.www().join("package"), package)?;
    build_engine(clone, package, how, features, named)?;
    let types = package.join("simmerdown.d.ts");
    fs::write(&types, public_types(&fs::read_to_string(&types)?)?)?;
    packs(clone, package)?;
    fs::write(package.join("build.js"), provenance(&clone.version, commit(clone).as_deref()))?;
    Ok(())
}

/// Writes the packs of cues that are no part of the wasm, each a module that a page loads when it needs it.
fn packs(clone: &Clone, package: &Path) -> Result<()> {
    fs::create_dir(package.join("packs"))?;
    for language in simmerdown::PACK_LANGUAGES {
        let source = fs::read_to_string(clone.root.join(format!("src/cue/{language}.txt")))?;
        let lines: Vec<_> = source.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let text = serde_json::to_string(&lines.join("\n"))?;
        fs::write(package.join(format!("packs/{language}.js")), format!("export default {text};\n"))?;
    }
    Ok(())
}

/// Builds the wasm and its glue into a folder; the wasm with the names of its functions goes to `named`.
pub fn build_engine(clone: &Clone, to: &Path, how: Optimisation, features: &[&str], named: &Path) -> Result<()> {
    let mut build = compile(clone, "")?;
    if how.rustc == SHIPPED.rustc {
        let flags = format!("profile.wasm.package.simmerdown.rustflags=['-Cllvm-args={LEAN}']");
        build.args(["-Zprofile-rustflags", "--config", &flags]);
    } else {
        // A number stands as it is, a letter in quotes.
        let level = if how.rustc.parse::<u8>().is_ok() { how.rustc.to_owned() } else { format!("'{}'", how.rustc) };
        build.args(["--config", &format!("profile.wasm.package.simmerdown.opt-level={level}")]);
    }
    if !features.is_empty() {
        build.args(["--features", &features.join(",")]);
    }
    run(&mut build)?;
    bind(clone, to)?;
    let (glue, wasm) = (to.join("simmerdown.js"), to.join("simmerdown_bg.wasm"));
    let (text, bytes) =
        glue::shortened(&glue::survivable(&fs::read_to_string(&glue)?, Engine::Wasm)?, &fs::read(&wasm)?)?;
    fs::write(&glue, text)?;
    fs::write(&wasm, bytes)?;
    // The features rustc turns on for wasm32-unknown-unknown; the module names them itself.
    let wasm_opt = || program(clone.www().join("node_modules/.bin/wasm-opt"), &clone.root);
    run(wasm_opt().args(how.wasm_opt).arg("-g").arg(&wasm).arg("-o").arg(named))?;
    run(wasm_opt().args(["--strip-debug", "--strip-producers"]).arg(named).arg("-o").arg(&wasm))?;
    if !how.arranged {
        return Ok(());
    }
    let mut smallest: Option<(usize, Vec<u8>)> = None;
    for _ in 0..ARRANGEMENTS {
        // The order that compresses best is known by the bytes alone; wasm-opt takes it by names.
        fs::write(&wasm, order::named(&fs::read(&wasm)?)?)?;
        run(wasm_opt().args(["--reorder-functions-by-name", "--strip-debug"]).arg(&wasm).arg("-o").arg(&wasm))?;
        let arranged = numbering::renumbered(&fs::read(&wasm)?)?;
        fs::write(&wasm, &arranged)?;
        // What is in it for tools that read the module once more; nobody does.
        let bare = section::without(&arranged, "target_features")?;
        for filling in 0..FILLINGS {
            let filled = section::filled(&bare, filling);
            let size = compressed(clone, &filled)?;
            if smallest.as_ref().is_none_or(|(least, _)| size < *least) {
                smallest = Some((size, filled));
            }
        }
    }
    let (_, smallest) = smallest.context("nothing was arranged")?;
    Ok(fs::write(&wasm, smallest)?)
}

/// So many arrangements are made, each from the one before, whose numbers of variables make other functions alike; the one
/// that compresses best is shipped.
const ARRANGEMENTS: usize = 4;
/// A compressor looks for the borders of what is alike at fixed distances, so where everything begins makes a difference of
/// up to 1,300 bytes: each arrangement is weighed behind so many fillings, and the luck of it is always good.
const FILLINGS: usize = 24;

/// What the module weighs after brotli -q 11, in bytes.
fn compressed(clone: &Clone, module: &[u8]) -> Result<usize> {
    const WEIGH: &str = "const { constants: { BROTLI_PARAM_LGWIN }, brotliCompressSync } = require('node:zlib');
        const bytes = require('node:fs').readFileSync(process.argv[1]);
        console.log(brotliCompressSync(bytes, { params: { [BROTLI_PARAM_LGWIN]: 24 } }).length);";
    let file = clone.target.join("weighed.wasm");
    fs::write(&file, module)?;
    let size = output(program("node", &clone.root).args(["-e", WEIGH]).arg(file))?;
    size.trim().parse().context("node prints no size")
}

/// Builds the engine as it is shipped, with an export that scores a text and does nothing else, for the benchmarks; gives
/// its folder.
pub fn scoring_alone(clone: &Clone) -> Result<PathBuf> {
    let folder = clone.target.join("bench/scoring-alone");
    fs::create_dir_all(&folder)?;
    let named = clone.target.join("bench/scoring-alone-named.wasm");
    build_engine(clone, &folder, SHIPPED, &["scoring-alone"], &named)?;
    Ok(folder)
}

/// What makes the standard library smaller, which is built with the crate: a panic is a trap without a message, and nothing
/// can be printed for debugging.
const SMALL: &str = "-Zlocation-detail=none -Zfmt-debug=none";

/// What is optimised for speed though the rest is for size: what allocates, compares, counts and shows numbers for everybody,
/// which is smaller so, too.
const QUICK: [&str; 6] = ["alloc", "core", "std", "rlsf", "serde_core", "libm"];

/// What LLVM is told of this crate as it is shipped, with which everything else is linked and optimised once more: to put less
/// into the place of its calls, to keep no second counter for a loop, and to copy no computation to where only some ways
/// lead. Each of these makes code that is like no other.
const LEAN: &str = "-inline-threshold=15 -disable-lsr -enable-pre=false -enable-load-pre=false";

/// The build folder of the wasm. Of its own, since build scripts look at `RUSTC_BOOTSTRAP`, and the other builds would
/// each begin anew.
fn engine_folder(clone: &Clone) -> PathBuf {
    clone.target.join("engine")
}

/// Cargo's call that compiles the crate and the standard library to wasm, with more `flags` for rustc.
pub fn compile(clone: &Clone, flags: &str) -> Result<Command> {
    tools::rust_src()?;
    let mut build = clone.cargo();
    build
        .args(["build", "--package", "simmerdown", "--lib", "--profile", "wasm"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(engine_folder(clone))
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size", "-Zpanic-immediate-abort"])
        .args(["--config", "profile.wasm.panic='immediate-abort'"])
        .args(QUICK.iter().flat_map(|name| ["--config".to_owned(), format!("profile.wasm.package.{name}.opt-level=2")]))
        // Only a nightly cargo says that it can do this; it is the version in use, asked to do it all the same.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", format!("{} {SMALL} {flags}", without_paths(clone)?).trim_end());
    Ok(build)
}

/// Writes what was compiled last, and its glue, into a folder.
pub fn bind(clone: &Clone, to: &Path) -> Result<()> {
    let wasm_bindgen = tools::wasm_bindgen(clone)?.join("wasm-bindgen");
    run(program(wasm_bindgen, &clone.root)
        .arg(engine_folder(clone).join("wasm32-unknown-unknown/wasm/simmerdown.wasm"))
        // Where the wasm lies is for the entries to say: a bundler would ship it to callers of the slim one too.
        .args(["--target", "web", "--omit-default-module-path", "--experimental-reset-state-function", "--out-dir"])
        .arg(to))?;
    flatten_snippets(to)?;
    let wasm = to.join("simmerdown_bg.wasm");
    fs::write(&wasm, shims::taken_out(&fs::read(&wasm)?)?)?;
    // Types of the raw exports, which nobody calls.
    Ok(fs::remove_file(to.join("simmerdown_bg.wasm.d.ts"))?)
}

/// Moves the JavaScript that Rust files name to the other files of the package: wasm-bindgen puts it into a folder
/// whose name depends on where the clone lies.
fn flatten_snippets(folder: &Path) -> Result<()> {
    let snippets = folder.join("snippets");
    let glue = folder.join("simmerdown.js");
    let mut text = fs::read_to_string(&glue)?;
    for snippet in fs::read_dir(&snippets)? {
        let snippet = snippet?;
        let place = format!("./snippets/{}/src/wasm/", snippet.file_name().display());
        text = text.replace(&place, "./");
        for file in fs::read_dir(snippet.path().join("src/wasm"))? {
            let file = file?;
            fs::rename(file.path(), folder.join(file.file_name()))?;
        }
    }
    fs::remove_dir_all(snippets)?;
    fs::write(glue, text)?;
    Ok(())
}

fn build(clone: &Clone) -> Result<()> {
    let package = folder(clone);
    // Names are kept beside the package, for whoever asks what takes the room.
    build_into(clone, &package, SHIPPED, &[], &size::named(clone))?;
    javascript::build(clone, &package)?;
    for file in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "NOTICE"] {
        fs::copy(clone.root.join(file), package.join(file))?;
    }
    // Held to the types by the tests of the command line.
    fs::copy(clone.root.join("docs/policy.schema.json"), package.join("policy.schema.json"))?;
    let manifest = package.join("package.json");
    // As text: the order of keys has a meaning in `exports`.
    let (text, unset) = (fs::read_to_string(&manifest)?, "\"version\": \"0.0.0\"");
    if !text.contains(unset) {
        bail!("www/package/package.json has no `{unset}` to be replaced");
    }
    fs::write(manifest, text.replace(unset, &format!("\"version\": \"{}\"", clone.version)))?;
    Ok(())
}

/// Flags that keep the paths of this machine out of the package; the messages of the standard library name them.
fn without_paths(clone: &Clone) -> Result<String> {
    let cargo = match env::var_os("CARGO_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env::var_os("HOME").context("neither CARGO_HOME nor HOME is set")?).join(".cargo"),
    };
    let rust = output(program("rustc", &clone.root).args(["--print", "sysroot"]))?;
    let sources = Path::new(rust.trim()).join("lib/rustlib/src/rust");
    let prefixes = [(cargo.as_path(), "cargo"), (&clone.root, "simmerdown"), (&sources, "rust")];
    let flags = prefixes.map(|(path, shown)| format!("--remap-path-prefix={}={shown}", path.display()));
    Ok(flags.join(" "))
}

/// What the types need besides the compiler's own of the year: `Symbol.dispose`, which generated classes have. Without it a
/// program for ES2022 does not compile.
const DISPOSABLE: &str = "/// <reference lib=\"esnext.disposable\" />\n";

/// The generated types without those of the loader and of the raw exports, which `slim.d.ts` replaces.
fn public_types(generated: &str) -> Result<String> {
    let loader = "export type InitInput =";
    let (public, _) = generated.split_once(loader).with_context(|| format!("the generated types lack `{loader}`"))?;
    // For `slim.js` alone.
    let reset = "export function __wbg_reset_state(): void;\n";
    Ok(format!("{DISPOSABLE}{}\n", public.replace(reset, "").trim_end()))
}

/// Where the reviewed types are.
const TYPES: &str = "tests/package/simmerdown.d.ts";

/// Holds the types that are shipped to the reviewed ones, or makes them the reviewed ones.
fn types(clone: &Clone, accept: bool) -> Result<()> {
    let shipped = fs::read_to_string(folder(clone).join("simmerdown.d.ts"))?;
    let reviewed = clone.root.join(TYPES);
    if accept {
        fs::write(reviewed, shipped)?;
        println!("{TYPES} is what is shipped; review it with `git diff`");
        return Ok(());
    }
    match first_difference(&fs::read_to_string(reviewed).unwrap_or_default(), &shipped) {
        None => Ok(()),
        Some((line, reviewed, shipped)) => bail!(
            "the types differ from {TYPES}, from line {line} on:\n- {reviewed}\n+ {shipped}\n\
             accept them with `cargo xtask package --accept-types` and review the difference"
        ),
    }
}

/// The first line that differs, counted from 1, in both texts.
fn first_difference<'a>(reviewed: &'a str, shipped: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut old, mut new) = (reviewed.lines(), shipped.lines());
    for line in 1.. {
        match (old.next(), new.next()) {
            (None, None) => return None,
            (old, new) if old != new => return Some((line, old.unwrap_or(""), new.unwrap_or(""))),
            _ => {}
        }
    }
    None
}

/// The module that says which build it is.
fn provenance(version: &str, commit: Option<&str>) -> String {
    let commit = commit.map_or("null".to_owned(), |commit| format!("\"{commit}\""));
    format!("export const build = /* @__PURE__ */ Object.freeze({{ version: \"{version}\", commit: {commit} }});\n")
}

/// The commit that is built, none outside of a repository.
fn commit(clone: &Clone) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = program("git", &clone.root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // A clone that lies inside of another repository is not that repository.
    if fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok() != fs::canonicalize(&clone.root).ok() {
        return None;
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    let modified = if git(&["status", "--porcelain"])?.is_empty() { "" } else { "-modified" };
    Some(format!("{commit}{modified}"))
}

/// The files the package's manifest names, and the manifest itself, which npm packs unasked.
fn named_files(manifest: &str) -> Result<BTreeSet<String>> {
    let manifest: Value = serde_json::from_str(manifest)?;
    let files = manifest.get("files").and_then(Value::as_array).context("package.json names no files")?;
    let mut named = BTreeSet::from(["package.json".to_owned()]);
    for file in files {
        let file = file.as_str().context("a file in package.json is no text")?;
        // A folder or a pattern would let in whatever happens to be there.
        if file.contains(['*', '!']) || file.ends_with('/') {
            bail!("package.json names `{file}`: name each file");
        }
        if !named.insert(file.to_owned()) {
            bail!("package.json names `{file}` twice");
        }
    }
    Ok(named)
}

/// Packs the tarball, holds it to its list of files, and prints sizes.
pub fn package(clone: &Clone, accept_types: bool) -> Result<()> {
    assemble(clone)?;
    stage("the types", || types(clone, accept_types))?;
    stage("the tarball", || {
        let pack = ["pack", "--json", "--pack-destination"];
        let report = output(program("npm", &folder(clone)).args(pack).arg(clone.dist()))?;
        let packed = packed_files(&report)?;
        let named = named_files(&fs::read_to_string(folder(clone).join("package.json"))?)?;
        if packed != named {
            let differ: Vec<_> = packed.symmetric_difference(&named).collect();
            bail!("the tarball does not hold what `files` in www/package/package.json names: {differ:?}");
        }
        if let Some(file) = built_files(&folder(clone), Path::new(""))?.difference(&named).next() {
            bail!("{file} is in the assembled package and not in `files` of www/package/package.json");
        }
        let tarball = clone.dist().join(format!("simmerdown-{}.tgz", clone.version));
        if !tarball.is_file() {
            bail!("npm pack wrote no {}", tarball.display());
        }
        println!("{}: {} files", tarball.display(), packed.len());
        size::print(clone)
    })
}

/// What lies in the assembled package, as paths from its folder.
fn built_files(package: &Path, under: &Path) -> Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(package.join(under))? {
        let entry = entry?;
        let path = under.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            files.extend(built_files(package, &path)?);
        } else {
            files.insert(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(files)
}

/// The files `npm pack --json` says it packed.
fn packed_files(report: &str) -> Result<BTreeSet<String>> {
    let report: Value = serde_json::from_str(report)?;
    let packages = report.as_array().cloned().or_else(|| report.as_object().map(|map| map.values().cloned().collect()));
    let files = packages.as_ref().and_then(|packages| packages.first()).and_then(|package| package.get("files"));
    let files = files.and_then(Value::as_array).context("npm pack names no files")?;
    Ok(files.iter().filter_map(|file| file.get("path").and_then(Value::as_str).map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_files_are_read_from_npm_s_report() {
        let report = r#"[{"id":"a@1","files":[{"path":"b.js"},{"path":"a.js"}]}]"#;
        assert_eq!(packed_files(report).unwrap(), BTreeSet::from(["a.js".to_owned(), "b.js".to_owned()]));
        assert!(packed_files("[]").is_err());
    }

    #[test]
    fn each_file_is_named_once_by_its_own_name() {
        let named = named_files(r#"{"files": ["LICENSE-MIT", "adapters/a.js"]}"#).unwrap();
        assert_eq!(named.into_iter().collect::<Vec<_>>(), ["LICENSE-MIT", "adapters/a.js", "package.json"]);
        for refused in ["*.js", "adapters/", "!a.js"] {
            let manifest = format!(r#"{{"files": ["{refused}"]}}"#);
            assert!(named_files(&manifest).unwrap_err().to_string().contains(refused), "{refused}");
        }
        assert!(named_files(r#"{"files": ["a.js", "a.js"]}"#).unwrap_err().to_string().contains("twice"));
    }

    #[test]
    fn the_first_line_that_differs_is_found() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        assert_eq!(first_difference("", "a\n"), Some((1, "", "a")));
        assert_eq!(first_difference("a\nb\n", "a\n"), Some((2, "b", "")));
    }

    #[test]
    fn the_types_end_where_the_loader_begins() {
        let types = public_types("export class A {}\n\nexport type InitInput = 1;\nx").unwrap();
        assert_eq!(types, format!("{DISPOSABLE}export class A {{}}\n"));
        assert!(public_types("export class A {}").is_err());
    }

    #[test]
    fn the_build_names_its_version_and_commit() {
        assert!(provenance("1.2.3", Some("abc")).contains(r#"{ version: "1.2.3", commit: "abc" }"#));
        assert!(provenance("1.2.3", None).contains(r#"{ version: "1.2.3", commit: null }"#));
    }
}
