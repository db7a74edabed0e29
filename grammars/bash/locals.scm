(function_definition) @local.scope.function

(declaration_command ["local" "declare" "typeset"]
  (variable_assignment name: (variable_name) @local.definition @local.hoist value: (_)? @value))
(declaration_command ["local" "declare" "typeset"] (variable_name) @local.definition @local.hoist)
(for_statement variable: (variable_name) @local.definition @local.hoist)
(c_style_for_statement
  initializer: (variable_assignment name: (variable_name) @local.definition @local.hoist))
(program (variable_assignment name: (variable_name) @local.definition @local.hoist))
(program (declaration_command ["export" "readonly"]
  (variable_assignment name: (variable_name) @local.definition @local.hoist)))
(command name: (command_name (word) @_read) argument: (word) @local.definition @local.hoist
  (#eq? @_read "read") (#match? @local.definition "^[A-Za-z_]"))
