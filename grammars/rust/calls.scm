(call_expression
  function: [
    (identifier) @reference.call
    (scoped_identifier name: (identifier) @reference.call)
    (field_expression field: (field_identifier) @reference.call)
    (generic_function function: (identifier) @reference.call)
    (generic_function function: (scoped_identifier name: (identifier) @reference.call))
    (generic_function function: (field_expression field: (field_identifier) @reference.call))
  ]) @call

(struct_expression
  name: [
    (type_identifier) @reference.type
    (scoped_type_identifier name: (type_identifier) @reference.type)
    (generic_type_with_turbofish type: (type_identifier) @reference.type)
  ]) @call

(field_expression value: (_) @qualifier field: (field_identifier) @reference.member)

(scoped_identifier path: (_)? @qualifier name: (identifier) @reference.path)
(scoped_type_identifier path: (_)? @qualifier name: (type_identifier) @reference.path)

(struct_expression
  name: (_) @qualifier
  body: (field_initializer_list
    (field_initializer field: (field_identifier) @reference.member)))
(struct_pattern
  type: (_) @qualifier
  (field_pattern name: (field_identifier) @reference.member))
(struct_expression
  name: (_) @qualifier
  body: (field_initializer_list (shorthand_field_initializer (identifier) @shorthand)))
(field_pattern name: (shorthand_field_identifier) @shorthand)

(macro_invocation
  macro: [
    (identifier) @reference.macro
    (scoped_identifier name: (identifier) @reference.macro)
  ])
(attribute (identifier) @reference.macro)
(attribute arguments: (token_tree (identifier) @reference.macro))
(attribute arguments: (token_tree (token_tree (identifier) @reference.macro)))

(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_expression field: (field_identifier) @reference.write))
(compound_assignment_expr left: (identifier) @reference.write)
(compound_assignment_expr left: (field_expression field: (field_identifier) @reference.write))

; What is indexed gives one of its values; of an array there are many.
(index_expression . (_) @indexed) @index
(array_type element: (_) @array)
