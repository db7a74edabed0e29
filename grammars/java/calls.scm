; Calls.
(method_invocation name: (identifier) @reference.call) @call
(object_creation_expression type: (type_identifier) @reference.call) @call
(object_creation_expression type: (generic_type . (type_identifier) @reference.call)) @call
(object_creation_expression
  type: (scoped_type_identifier (type_identifier) @reference.call .)) @call
(explicit_constructor_invocation constructor: [(super) (this)] @reference.call) @call

; What is cast is what a type makes.
(cast_expression type: (type_identifier) @reference.type) @call
(cast_expression type: (generic_type . (type_identifier) @reference.type)) @call
(cast_expression type: (scoped_type_identifier (type_identifier) @reference.type .)) @call

; Access.
(method_invocation object: (_) @qualifier name: (identifier) @reference.member)
(field_access object: (_) @qualifier field: (identifier) @reference.member)
(method_reference . (_) @qualifier (identifier) @reference.member .)
(scoped_type_identifier . (_) @qualifier (type_identifier) @reference.path .)
(annotation name: (_) @qualifier arguments: (annotation_argument_list
  (element_value_pair key: (identifier) @reference.member)))

; Types that stand where a plain name stands.
(marker_annotation name: (identifier) @reference.type)
(annotation name: (identifier) @reference.type)
(record_pattern . (identifier) @reference.type)

; Of arrays: one of the values, and the type of all.
(array_access array: (_) @indexed) @index
(array_type) @array
(spread_parameter (_) @array (variable_declarator))

; Writes.
(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_access field: (identifier) @reference.write))
(update_expression (identifier) @reference.write)
(update_expression (field_access field: (identifier) @reference.write))

(break_statement (identifier) @reference.label)
(continue_statement (identifier) @reference.label)

; `var` is no type.
(local_variable_declaration type: (type_identifier) @ignore (#eq? @ignore "var"))
(enhanced_for_statement type: (type_identifier) @ignore (#eq? @ignore "var"))
(resource type: (type_identifier) @ignore (#eq? @ignore "var"))

; `Outer.this` is an Outer.
(field_access object: (identifier) @reference.type field: (this)) @call

; What a case names is a constant of what is asked, where that is of an enumeration.
(switch_expression
  condition: (parenthesized_expression (_) @qualifier)
  body: (switch_block [
    (switch_block_statement_group (switch_label (identifier) @reference.case))
    (switch_rule (switch_label (identifier) @reference.case))]))

; Types that are given to types.
(generic_type . (_) @type.of (type_arguments [(_type) (wildcard)] @type.argument))

; What is chosen is one of two.
(ternary_expression consequence: (_) @passed alternative: (_) @passed) @passes
(method_invocation object: (identifier) @_collection name: (identifier) @_of
  arguments: (argument_list . (_) @gathered)
  (#any-of? @_collection "List" "Set" "Arrays" "Collections" "Stream")
  (#any-of? @_of "of" "asList" "singletonList" "singleton")) @gathers
