; Functions. `function M.f` and `function M:f` belong to the table M.
(function_declaration name: (identifier) @name body: (_)? @body) @definition.function
(function_declaration
  name: (dot_index_expression
    table: [(identifier) @owner (dot_index_expression field: (identifier) @owner)]
    field: (identifier) @name @export)
  body: (_)? @body) @definition.function
(function_declaration
  name: (method_index_expression
    table: [(identifier) @owner (dot_index_expression field: (identifier) @owner)]
    method: (identifier) @name @export)
  body: (_)? @body) @definition.method
(chunk (function_declaration name: (identifier) @name @export) @definition.function
  (#not-match? @definition.function "^local"))

; A table filled from outside.
(chunk
  (assignment_statement
    (variable_list . name: (dot_index_expression table: (identifier) @owner field: (identifier) @name @export))
    (expression_list . value: (_) @value)) @definition.field)
(chunk
  (assignment_statement
    (variable_list . name: (dot_index_expression table: (identifier) @owner field: (identifier) @name))
    (expression_list . value: (function_definition body: (_)? @body))) @definition.function)

; Variables of the file, and the fields of the tables they hold.
(chunk
  (variable_declaration
    (assignment_statement (variable_list name: (identifier) @name))) @definition.variable)
(chunk (assignment_statement (variable_list name: (identifier) @name @export)) @definition.variable)
(chunk
  (variable_declaration
    (assignment_statement
      (variable_list . name: (identifier) @name)
      (expression_list . value: (function_definition body: (_)? @body)))) @definition.function)
(chunk
  (variable_declaration
    (assignment_statement
      (expression_list
        value: (table_constructor (field name: (identifier) @name value: (_) @value) @definition.field)))))
(chunk
  (variable_declaration
    (assignment_statement
      (expression_list
        value: (table_constructor
          (field name: (identifier) @name value: (function_definition body: (_)? @body)) @definition.method)))))

(function_call name: (identifier) @_test
  arguments: (arguments . (string content: (string_content) @name) (function_definition) @body)
  (#any-of? @_test "describe" "it" "context" "test")) @definition.test
