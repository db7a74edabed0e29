[(function_declaration) (function_definition)] @local.scope.function
[
  (do_statement)
  (while_statement)
  (repeat_statement)
  (for_statement)
  (if_statement)
] @local.scope

(parameters name: (identifier) @local.definition.parameter)
(variable_declaration (variable_list name: (identifier) @local.definition)) @local.after
(variable_declaration
  (assignment_statement
    (variable_list name: (identifier) @local.definition))) @local.after
(variable_declaration
  (assignment_statement
    (variable_list . name: (identifier) @local.definition .)
    (expression_list . value: (_) @value .))) @local.after
(for_numeric_clause name: (identifier) @local.definition)
(for_generic_clause (variable_list name: (identifier) @local.definition))
(chunk (assignment_statement (variable_list name: (identifier) @local.definition @local.hoist)))
(label_statement (identifier) @local.definition.label)
