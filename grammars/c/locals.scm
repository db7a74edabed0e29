; Scopes. The parameters of a declaration belong to its declarator alone.
(function_definition) @local.scope.function
(declaration declarator: [
  (function_declarator) @local.scope.function
  (_ (function_declarator) @local.scope.function)])
(field_declaration declarator: [
  (function_declarator) @local.scope.function
  (_ (function_declarator) @local.scope.function)])
(type_definition declarator: (function_declarator) @local.scope.function)
(parameter_declaration declarator: (function_declarator) @local.scope.function)
(preproc_function_def) @local.scope.function
(struct_specifier body: (_)) @local.scope.class
(union_specifier body: (_)) @local.scope.class
(compound_statement) @local.scope
(for_statement) @local.scope

; Parameters.
(parameter_declaration type: (_) @type declarator: (_) @local.pattern.parameter)
(preproc_params (identifier) @local.definition.parameter)

; A label is known in its whole function.
(labeled_statement label: (statement_identifier) @local.definition.label @local.hoist)
