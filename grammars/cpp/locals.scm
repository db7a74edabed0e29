; Scopes.
(namespace_definition name: (_) body: (_) @local.scope.class)
(class_specifier body: (_)) @local.scope.class
(lambda_expression) @local.scope.function
(if_statement) @local.scope
(while_statement) @local.scope
(switch_statement) @local.scope
(for_range_loop) @local.scope
(catch_clause) @local.scope
(template_declaration [(declaration) (alias_declaration) (concept_definition)] @local.scope)

; The parameters of a template belong to what it is a template of.
(template_declaration
  parameters: (template_parameter_list [
    (type_parameter_declaration (type_identifier) @local.definition.type)
    (optional_type_parameter_declaration name: (_) @local.definition.type)
    (variadic_type_parameter_declaration (type_identifier) @local.definition.type)
    (parameter_declaration declarator: (identifier) @local.definition.parameter)
    (optional_parameter_declaration declarator: (identifier) @local.definition.parameter)])
  [(class_specifier) (struct_specifier) (function_definition) (declaration)
    (alias_declaration) (concept_definition)] @local.in)

; Parameters.
(optional_parameter_declaration type: (_) @type
  declarator: (_) @local.pattern.parameter)
(variadic_parameter_declaration type: (_) @type
  declarator: (_) @local.pattern.parameter)
(lambda_capture_initializer left: (identifier) @local.definition)

; Loops and structured bindings.
(for_range_loop type: (_) @type declarator: (_) @local.pattern right: (_) @value.element)
(structured_binding_declarator) @local.pattern
(for_range_loop
  declarator: (structured_binding_declarator . (_) . (identifier) @local.definition)
  right: (_) @value.own.element)
(condition_clause value: (declaration type: (_) @type declarator: (_) @local.pattern value: (_) @value))
