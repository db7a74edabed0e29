; Calls.
(call_expression function: (identifier) @reference.call) @call
(call_expression function: (field_expression field: (field_identifier) @reference.call)) @call

; Access.
(field_expression argument: (_) @qualifier field: (field_identifier) @reference.member)
(declaration
  type: [(type_identifier) @qualifier (struct_specifier name: (_) @qualifier)]
  declarator: (init_declarator value: (initializer_list (initializer_pair
    designator: (field_designator (field_identifier) @reference.member)))))
(compound_literal_expression
  type: (type_descriptor
    type: [(type_identifier) @qualifier (struct_specifier name: (_) @qualifier)])
  value: (initializer_list (initializer_pair
    designator: (field_designator (field_identifier) @reference.member))))

; Writes.
(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_expression field: (field_identifier) @reference.write))
(update_expression argument: (identifier) @reference.write)
(update_expression argument: (field_expression field: (field_identifier) @reference.write))

(goto_statement label: (statement_identifier) @reference.label)
