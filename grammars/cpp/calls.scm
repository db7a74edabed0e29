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
