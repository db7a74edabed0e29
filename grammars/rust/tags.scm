(mod_item (visibility_modifier)? @export name: (identifier) @name body: (_) @body) @definition.module

(struct_item
  (visibility_modifier)? @export
  name: (type_identifier) @name
  body: (_)? @body) @definition.struct

(union_item
  (visibility_modifier)? @export
  name: (type_identifier) @name
  body: (_) @body) @definition.union

(enum_item
  (visibility_modifier)? @export
  name: (type_identifier) @name
  body: (_) @body) @definition.enum

(enum_variant name: (identifier) @name @export) @definition.variant

; What holds one value has its type.
(enum_variant name: (identifier) @name
  body: (ordered_field_declaration_list . type: (_) @type .)) @definition.variant
(struct_item name: (type_identifier) @name
  body: (ordered_field_declaration_list . type: (_) @type .)) @definition.struct
(struct_item name: (type_identifier) @name
  body: (ordered_field_declaration_list . (visibility_modifier) . type: (_) @type .)
) @definition.struct

(field_declaration
  (visibility_modifier)? @export
  name: (field_identifier) @name
  type: (_) @type) @definition.field

(trait_item
  (visibility_modifier)? @export
  name: (type_identifier) @name
  body: (_) @body) @definition.interface

(trait_item
  name: (type_identifier) @name
  bounds: (trait_bounds
    [(type_identifier) (scoped_type_identifier) (generic_type)] @extends)) @definition.interface

(impl_item
  trait: (_)? @interface
  type: [
    (type_identifier) @name
    (generic_type type: (type_identifier) @name)
    (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
    (scoped_type_identifier name: (type_identifier) @name)
    (reference_type type: (type_identifier) @name)
    (reference_type type: (generic_type type: (type_identifier) @name))
    (dynamic_type trait: (type_identifier) @name)
  ]
  body: (_) @body) @definition.implementation

(function_item
  (visibility_modifier)? @export
  name: (identifier) @name
  return_type: (_)? @type
  body: (_) @body) @definition.function

(function_signature_item
  (visibility_modifier)? @export
  name: (identifier) @name
  return_type: (_)? @type) @definition.function

(macro_definition name: (identifier) @name) @definition.macro

; A macro where an item stands that is given a name, and then what is done, makes a function of that
; name: `test!(empty_file, |dir| { … })`. Whatever has a capital makes something else.
(source_file (expression_statement (macro_invocation
  (token_tree . (identifier) @name @export . "," . ["|" "||" "move" (token_tree "{")]))) @definition.function
  (#match? @name "^[[:lower:]_]"))

(const_item
  (visibility_modifier)? @export
  name: (identifier) @name
  type: (_) @type
  value: (_)? @value) @definition.constant

(static_item
  (visibility_modifier)? @export
  name: (identifier) @name
  type: (_) @type
  value: (_)? @value) @definition.variable

(type_item
  (visibility_modifier)? @export
  name: (type_identifier) @name
  type: (_) @type) @definition.type

(associated_type name: (type_identifier) @name) @definition.type
