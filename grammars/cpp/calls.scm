; Calls.
(call_expression function: (qualified_identifier name: [
  (identifier) @reference.call
  (template_function name: (identifier) @reference.call)
  (qualified_identifier name: [
    (identifier) @reference.call
    (template_function name: (identifier) @reference.call)])])) @call
(call_expression function: (template_function name: (identifier) @reference.call)) @call
(call_expression function: (field_expression
  field: (template_method name: (field_identifier) @reference.call))) @call
(new_expression type: [
  (type_identifier) @reference.call
  (template_type name: (type_identifier) @reference.call)
  (qualified_identifier name: (type_identifier) @reference.call)]) @call

; Access.
(qualified_identifier
  scope: [(namespace_identifier) @qualifier (template_type name: (_) @qualifier)]
  name: [
    (identifier) @reference.path
    (type_identifier) @reference.path
    (template_type name: (type_identifier) @reference.path)
    (template_function name: (identifier) @reference.path)
    (qualified_identifier scope: (namespace_identifier) @reference.path)
    (qualified_identifier scope: (template_type name: (_) @reference.path))])
(field_expression argument: (_) @qualifier
  field: (template_method name: (field_identifier) @reference.member))

; Writes.
(assignment_expression
  left: (qualified_identifier name: (identifier) @reference.write))

; What is made or cast is of the type that is written between angle brackets.
(call_expression function: [
  (template_function name: (identifier) @_makes
    arguments: (template_argument_list . (type_descriptor type: [
      (type_identifier) @reference.type
      (template_type name: (type_identifier) @reference.type)
      (qualified_identifier name: (type_identifier) @reference.type)
      (qualified_identifier name: (qualified_identifier name: (type_identifier) @reference.type))])))
  (qualified_identifier name: (template_function name: (identifier) @_makes
    arguments: (template_argument_list . (type_descriptor type: [
      (type_identifier) @reference.type
      (template_type name: (type_identifier) @reference.type)
      (qualified_identifier name: (type_identifier) @reference.type)
      (qualified_identifier
        name: (qualified_identifier name: (type_identifier) @reference.type))]))))]
  (#any-of? @_makes
    "make_unique" "make_shared" "static_cast" "dynamic_cast" "reinterpret_cast" "const_cast"
    "static_pointer_cast" "dynamic_pointer_cast" "any_cast" "get_if")) @call
; What is moved stays what it is.
(call_expression
  function: (qualified_identifier name: (identifier) @_moves)
  arguments: (argument_list . (_) @passed .)
  (#any-of? @_moves "move" "ref" "cref" "as_const")) @passes

; Types that are given to types.
(template_type name: (_) @type.of arguments: (template_argument_list (type_descriptor) @type.argument))
