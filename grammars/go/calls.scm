; Calls.
(call_expression function: (identifier) @reference.call) @call
(call_expression function: (selector_expression field: (field_identifier) @reference.call)) @call
(type_conversion_expression
  type: (generic_type type: (type_identifier) @reference.call)) @call
(call_expression function: (parenthesized_expression (identifier) @reference.call)) @call
; A literal is a value of its type, as the call of a constructor would be.
(composite_literal type: (type_identifier) @reference.type) @call
(composite_literal type: (qualified_type name: (type_identifier) @reference.type)) @call
(composite_literal type: (generic_type type: (type_identifier) @reference.type)) @call

; Access.
(selector_expression operand: (_) @qualifier field: (field_identifier) @reference.member)
(qualified_type package: (package_identifier) @qualifier
  name: (type_identifier) @reference.member)
; The keys of a literal are fields of its type.
(composite_literal
  type: [(type_identifier) (qualified_type) (generic_type) (struct_type)] @qualifier
  body: (literal_value (keyed_element
    key: (literal_element (identifier) @reference.member))))
(composite_literal type: [(type_identifier) (qualified_type)] @qualifier
  body: (literal_value (literal_element (literal_value (keyed_element
    key: (literal_element (identifier) @reference.member))))))
(composite_literal
  type: [(slice_type element: (_) @qualifier) (array_type element: (_) @qualifier)]
  body: (literal_value (literal_element (literal_value (keyed_element
    key: (literal_element (identifier) @reference.member))))))
(composite_literal type: (map_type value: (_) @qualifier)
  body: (literal_value (keyed_element value: (literal_element (literal_value (keyed_element
    key: (literal_element (identifier) @reference.member)))))))

; Writes.
(assignment_statement left: (expression_list (identifier) @reference.write))
(assignment_statement left: (expression_list
  (selector_expression field: (field_identifier) @reference.write)))
(inc_statement (identifier) @reference.write)
(inc_statement (selector_expression field: (field_identifier) @reference.write))
(dec_statement (identifier) @reference.write)
(dec_statement (selector_expression field: (field_identifier) @reference.write))
(range_clause left: (expression_list (identifier) @reference.write) "=")
(receive_statement left: (expression_list (identifier) @reference.write) "=")

(break_statement (label_name) @reference.label)
(continue_statement (label_name) @reference.label)
(goto_statement (label_name) @reference.label)

; What is made is of the type that is written; of many, each.
(call_expression
  function: (identifier) @_makes
  arguments: (argument_list . [
    (type_identifier) @reference.type
    (pointer_type (type_identifier) @reference.type)
    (qualified_type name: (type_identifier) @reference.type)
    (slice_type element: [
      (type_identifier) @reference.type
      (pointer_type (type_identifier) @reference.type)
      (qualified_type name: (type_identifier) @reference.type)
      (pointer_type (qualified_type name: (type_identifier) @reference.type))])
    (map_type value: [
      (type_identifier) @reference.type
      (pointer_type (type_identifier) @reference.type)
      (qualified_type name: (type_identifier) @reference.type)
      (pointer_type (qualified_type name: (type_identifier) @reference.type))])
    (channel_type value: [
      (type_identifier) @reference.type
      (pointer_type (type_identifier) @reference.type)
      (qualified_type name: (type_identifier) @reference.type)
      (pointer_type (qualified_type name: (type_identifier) @reference.type))])])
  (#any-of? @_makes "new" "make")) @call
(composite_literal type: [
  (slice_type element: [
    (type_identifier) @reference.type
    (pointer_type (type_identifier) @reference.type)
    (qualified_type name: (type_identifier) @reference.type)
    (pointer_type (qualified_type name: (type_identifier) @reference.type))])
  (array_type element: [
    (type_identifier) @reference.type
    (pointer_type (type_identifier) @reference.type)
    (qualified_type name: (type_identifier) @reference.type)
    (pointer_type (qualified_type name: (type_identifier) @reference.type))])
  (map_type value: [
    (type_identifier) @reference.type
    (pointer_type (type_identifier) @reference.type)
    (qualified_type name: (type_identifier) @reference.type)
    (pointer_type (qualified_type name: (type_identifier) @reference.type))])]) @call

; In a clause of a type switch that names one type, what is asked has that.
(type_switch_statement
  alias: (expression_list (identifier) @narrowed)
  (type_case "case" . type: (_) @narrowed.to . ":") @narrowed.in)

; What several results are put together from.
(function_declaration
  result: (parameter_list (parameter_declaration type: (_) @type.part)) @type.parts)
(method_declaration
  result: (parameter_list (parameter_declaration type: (_) @type.part)) @type.parts)
(method_elem result: (parameter_list (parameter_declaration type: (_) @type.part)) @type.parts)
(type_assertion_expression type: [
  (type_identifier) @reference.type
  (pointer_type (type_identifier) @reference.type)
  (qualified_type name: (type_identifier) @reference.type)
  (pointer_type (qualified_type name: (type_identifier) @reference.type))]) @call
(call_expression
  function: (identifier) @_append arguments: (argument_list . (_) @passed)
  (#eq? @_append "append")) @passes

; A type of many is none of its elements.
(type_spec type: [
  (slice_type element: (_) @array)
  (array_type element: (_) @array)
  (map_type value: (_) @array)
  (channel_type value: (_) @array)])
