//! Stands for the prebuilt library where a test must see what a generated source gives to it: every call is a line of
//! hexadecimal texts. It has the names that sources use, and computes nothing.

/// What a result is.
pub mod serde_json {
    /// A result.
    pub struct Value;
}

/// Why a workflow ends early.
#[derive(Debug)]
pub struct WorkflowError;

/// What a workflow runs on.
pub trait WorkflowRuntime: Send + Sync + 'static {}

/// The runtimes by their names.
pub mod runtime {
    macro_rules! runtimes {
        ($($name:ident),*) => {$(
            /// A runtime.
            pub struct $name;

            impl crate::WorkflowRuntime for $name {}

            impl $name {
                /// Make it.
                pub fn from_env() -> Result<Self, crate::WorkflowError> {
                    Ok(Self)
                }
            }
        )*};
    }
    runtimes!(TokioRuntime, BlockingRuntime, HostRuntime);
}

type Workflow<R> = fn(&scenario::Run<R>) -> Result<serde_json::Value, WorkflowError>;

/// The frame of native and WASI programs.
pub mod program {
    use super::{WorkflowError, WorkflowRuntime, Workflow};

    /// Run a workflow.
    pub fn main<R: WorkflowRuntime>(
        runtime: fn() -> Result<R, WorkflowError>,
        workflow: Workflow<R>,
    ) -> std::process::ExitCode {
        match runtime().and_then(|runtime| workflow(&crate::scenario::Run::new(runtime))) {
            Ok(_) => std::process::ExitCode::SUCCESS,
            Err(_) => std::process::ExitCode::FAILURE,
        }
    }
}

/// The frame of a browser's module.
pub mod web {
    use super::wasm_bindgen::prelude::JsValue;

    /// Run a workflow.
    pub fn run(input: JsValue, workflow: super::Workflow<super::runtime::BlockingRuntime>) -> Result<JsValue, JsValue> {
        let _ = workflow;
        Ok(input)
    }

    /// Run a workflow as an instance.
    pub async fn run_reported(
        input: JsValue,
        _: JsValue,
        workflow: super::Workflow<super::runtime::BlockingRuntime>,
    ) -> Result<JsValue, JsValue> {
        run(input, workflow)
    }
}

/// The frame of firmware.
pub mod firmware {
    /// What firmware does for a workflow.
    #[repr(C)]
    pub struct Board;

    /// Run a workflow.
    ///
    /// # Safety
    ///
    /// None is needed here.
    pub unsafe fn run(
        _: *const Board,
        _: *const u8,
        _: usize,
        _: super::Workflow<super::runtime::BlockingRuntime>,
    ) -> i32 {
        0
    }
}

/// What the browser's module needs.
pub mod wasm_bindgen {
    /// What is imported of it.
    pub mod prelude {
        pub use library_double_macros::wasm_bindgen;

        /// A value.
        pub struct JsValue;
    }
}

/// What steps call.
pub mod scenario {
    use super::WorkflowError;
    use super::agents::Capability;
    use super::serde_json::Value;
    use std::sync::Arc;

    /// One run.
    pub struct Run<R>(Arc<R>);

    impl<R> Clone for Run<R> {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    /// A named value.
    pub type Field = (&'static str, Source);

    /// A branch of a split.
    pub type Branch = Box<dyn FnOnce() -> Result<(), WorkflowError> + Send>;

    /// Where a value comes from.
    #[derive(Clone, Copy)]
    pub struct Source(&'static str, &'static str, Option<&'static str>);

    impl Source {
        /// A reference.
        pub const fn reference(path: &'static str) -> Self {
            Self("reference", path, None)
        }

        /// A value.
        pub const fn immediate(json: &'static str) -> Self {
            Self("immediate", json, None)
        }

        /// With a default.
        pub const fn or(self, json: &'static str) -> Self {
            Self(self.0, self.1, Some(json))
        }
    }

    /// A comparison.
    #[derive(Debug)]
    #[expect(missing_docs, reason = "named as in scenarios")]
    pub enum Operator {
        Equals,
        NotEquals,
        LessThan,
        AtMost,
        GreaterThan,
        AtLeast,
        Contains,
        Exists,
    }

    fn say(words: &[String]) {
        let hex = |word: &String| word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        println!("{}", words.iter().map(hex).collect::<Vec<_>>().join(" "));
    }

    fn source(source: Source) -> Vec<String> {
        let default = source.2.map(|json| ["default".into(), json.into()]);
        [source.0.into(), source.1.into()].into_iter().chain(default.into_iter().flatten()).collect()
    }

    fn fields(kind: &str, fields: &[Field]) -> Vec<String> {
        let field = |(name, from): &Field| [vec![kind.into(), String::from(*name)], source(*from)].concat();
        fields.iter().flat_map(field).collect()
    }

    fn call(kind: &str, step: &str, more: Vec<String>) {
        say(&[vec![kind.into(), step.into()], more].concat());
    }

    impl<R: super::WorkflowRuntime> Run<R> {
        /// Begin.
        pub fn new(runtime: R) -> Self {
            Self(Arc::new(runtime))
        }

        /// Call a capability.
        pub fn action(
            &self,
            step: &'static str,
            capability: &'static Capability,
            input: &[Field],
            output: Option<&[Field]>,
        ) -> Result<(), WorkflowError> {
            let mapped = output.map(|output| [vec!["mapped".into()], fields("output", output)].concat());
            call("action", step, [vec![capability.0.into()], fields("input", input), mapped.unwrap_or_default()].concat());
            Ok(())
        }

        /// Wait.
        pub fn delay(&self, step: &'static str, milliseconds: u64) -> Result<(), WorkflowError> {
            call("delay", step, vec![milliseconds.to_string()]);
            Ok(())
        }

        /// Run branches.
        pub fn split(&self, step: &'static str, branches: Vec<Branch>) -> Result<(), WorkflowError> {
            call("split", step, vec![branches.len().to_string()]);
            branches.into_iter().try_for_each(|branch| branch())
        }

        /// Compare; here, everything holds.
        pub fn holds(
            &self,
            step: &'static str,
            left: Source,
            operator: Operator,
            right: Option<Source>,
        ) -> Result<bool, WorkflowError> {
            let right = right.map(source).unwrap_or_default();
            call("holds", step, [source(left), vec![format!("{operator:?}")], right].concat());
            Ok(true)
        }

        /// End.
        pub fn finish(&self, step: &'static str, output: &[Field]) -> Result<Value, WorkflowError> {
            call("finish", step, fields("output", output));
            Ok(Value)
        }
    }
}
