(function_definition name: (word) @name body: (_) @body) @definition.function

; What a script sets at its top. An assignment inside a function is a write: the shell has no other
; place to declare a variable.
(program (variable_assignment name: (variable_name) @name value: (_) @value) @definition.variable)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.variable)
(program (declaration_command (variable_name) @name) @definition.variable)
(program (declaration_command "readonly" (variable_assignment name: (variable_name) @name)) @definition.constant)
