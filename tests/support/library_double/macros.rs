//! Stands for the macro of wasm-bindgen: it leaves an item as it is.
extern crate proc_macro;

/// Leave an item as it is.
#[proc_macro_attribute]
pub fn wasm_bindgen(_: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    item
}
