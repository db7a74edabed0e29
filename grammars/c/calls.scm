; Calls.
(call_expression function: [
  (identifier) @reference.call
  (_ field: (field_identifier) @reference.call)]) @call

; Access.
(field_expression argument: (_) @qualifier field: (field_identifier) @reference.member)
(declaration
  type: [(type_identifier) @qualifier (struct_specifier name: (_) @qualifier)]
  declarator: (_ value: (_ (_ designator: (_ (field_identifier) @reference.member)))))
(compound_literal_expression
  type: (_ type: [(type_identifier) @qualifier (struct_specifier name: (_) @qualifier)])
  value: (_ (_ designator: (_ (field_identifier) @reference.member))))

; Writes.
(assignment_expression left: [
  (identifier) @reference.write
  (_ field: (field_identifier) @reference.write)])
(update_expression argument: [
  (identifier) @reference.write
  (_ field: (field_identifier) @reference.write)])

(goto_statement label: (statement_identifier) @reference.label)

; What is chosen is one of two.
(conditional_expression consequence: (_)? @passed alternative: (_) @passed) @passes

; What is cast is of the type that is written.
(cast_expression type: (type_descriptor type: [
  (type_identifier) @reference.type
  (struct_specifier name: (type_identifier) @reference.type)
  (union_specifier name: (type_identifier) @reference.type)])) @call
