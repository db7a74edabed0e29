(function_call name: (identifier) @_require
  arguments: (arguments . (string content: (string_content) @import.source))
  (#any-of? @_require "require" "dofile" "loadfile")) @import
(variable_declaration
  (assignment_statement
    (variable_list . name: (identifier) @import.namespace .)
    (expression_list . value:
      (function_call name: (identifier) @_require
        arguments: (arguments . (string content: (string_content) @import.source)))))
  (#eq? @_require "require")) @import
(variable_declaration
  (assignment_statement
    (variable_list . name: (identifier) @import.alias .)
    (expression_list . value:
      (dot_index_expression
        table: (function_call name: (identifier) @_require
          arguments: (arguments . (string content: (string_content) @import.source)))
        field: (identifier) @import.leaf)))
  (#eq? @_require "require")) @import
