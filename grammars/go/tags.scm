; What a Go file defines. A later pattern refines the kind that an earlier one gave.

; Functions, and methods by the type of their receiver.
(function_declaration name: (identifier) @name body: (block) @body) @definition.function
(function_declaration name: (identifier) @name
  result: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]
) @definition.function
(function_declaration name: (identifier) @name
  result: (parameter_list . (parameter_declaration
    type: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]))
) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (pointer_type (type_identifier) @owner)
    (generic_type type: (type_identifier) @owner)
    (pointer_type (generic_type type: (type_identifier) @owner))]))
  name: (field_identifier) @name
  body: (block) @body) @definition.method
(method_declaration name: (field_identifier) @name
  result: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]
) @definition.method
(method_declaration name: (field_identifier) @name
  result: (parameter_list . (parameter_declaration
    type: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]))
) @definition.method

; Types.
(type_spec name: (type_identifier) @name) @definition.type
(type_spec name: (type_identifier) @name
  type: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]
) @definition.type
(type_spec name: (type_identifier) @name
  type: (struct_type (field_declaration_list) @body)) @definition.struct
(type_spec name: (type_identifier) @name type: (interface_type) @body) @definition.interface
(type_alias name: (type_identifier) @name type: (_) @type) @definition.type

; Embedding lends the members of the embedded type.
(type_spec name: (type_identifier) @name
  type: (struct_type (field_declaration_list (field_declaration !name
    type: [(type_identifier) (qualified_type) (generic_type)] @extends)))
) @definition.struct
(type_spec name: (type_identifier) @name
  type: (interface_type (type_elem . [(type_identifier) (qualified_type)] @extends .))
) @definition.interface

; Members.
(field_declaration name: (field_identifier) @name
  type: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]?
) @definition.field
(method_elem name: (field_identifier) @name
  result: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]?
) @definition.method

; Constants and variables, also those of a function.
(const_spec (identifier) @name
  type: [(type_identifier) (qualified_type)]? @type) @definition.constant
(var_spec name: (identifier) @name
  type: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]?
) @definition.variable
(var_spec name: (identifier) @name value: (expression_list . [
  (call_expression) @value
  (composite_literal) @value
  (unary_expression operand: [(composite_literal) (identifier) (selector_expression)] @value)
  (index_expression operand: (_) @value)
  (identifier) @value
  (selector_expression) @value])) @definition.variable
