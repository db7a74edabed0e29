(function_call name: (identifier) @reference.call) @call
(function_call name: (dot_index_expression field: (identifier) @reference.call)) @call
(function_call name: (method_index_expression method: (identifier) @reference.call)) @call

(dot_index_expression table: (_) @qualifier field: (identifier) @reference.member)
(method_index_expression table: (_) @qualifier method: (identifier) @reference.member)

(assignment_statement (variable_list name: (identifier) @reference.write))
(assignment_statement
  (variable_list name: (dot_index_expression field: (identifier) @reference.write)))

(goto_statement (identifier) @reference.label)

; Keys of a table and attributes stand for nothing of this file.
(field name: (identifier) @ignore)
(attribute (identifier) @ignore)
