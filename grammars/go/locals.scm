; Scopes. The block of a function is the scope of its parameters too, as the language says.
(function_declaration) @local.scope.function
(method_declaration) @local.scope.function
(func_literal) @local.scope.function
(function_type) @local.scope.function
(method_elem) @local.scope.function
(type_spec) @local.scope.class
(type_alias) @local.scope.class
(if_statement) @local.scope
(if_statement consequence: (block) @local.scope)
(if_statement alternative: (block) @local.scope)
(for_statement) @local.scope
(for_statement body: (block) @local.scope)
(expression_switch_statement) @local.scope
(expression_case) @local.scope
(type_switch_statement) @local.scope
(type_case) @local.scope
(communication_case) @local.scope
(default_case) @local.scope
(statement_list (block) @local.scope)

; Parameters and named results.
(parameter_declaration name: (identifier) @local.definition.parameter
  type: [
    (type_identifier) @type
    (pointer_type) @type
    (qualified_type) @type
    (generic_type) @type
    (slice_type element: (_) @type)
    (array_type element: (_) @type)
    (map_type value: (_) @type)
    (channel_type value: (_) @type)]?)
(variadic_parameter_declaration name: (identifier) @local.definition.parameter type: (_) @type)
(type_parameter_declaration name: (identifier) @local.definition.type
  type: (type_constraint . [(type_identifier) (qualified_type) (generic_type)] @type .)?)
(method_declaration receiver: (parameter_list (parameter_declaration type: [
  (generic_type type_arguments: (type_arguments
    (type_elem (type_identifier) @local.definition.type)))
  (pointer_type (generic_type type_arguments: (type_arguments
    (type_elem (type_identifier) @local.definition.type))))])))

; Variables are known after the statement that declares them.
(short_var_declaration left: (expression_list (identifier) @local.definition)) @local.after
(short_var_declaration left: (expression_list . (identifier) @local.definition)
  right: (expression_list . [
    (call_expression) @value
    (composite_literal) @value
    (unary_expression operand: [(composite_literal) (identifier) (selector_expression)] @value)
    (identifier) @value
    (selector_expression) @value
    (index_expression operand: (_) @value)
    (slice_expression operand: (_) @value)
    (type_assertion_expression type: (_) @type)])) @local.after
(statement_list (var_declaration
  (var_spec name: (identifier) @local.definition) @local.after))
(statement_list (var_declaration
  (var_spec_list (var_spec name: (identifier) @local.definition) @local.after)))
(statement_list (const_declaration
  (const_spec (identifier) @local.definition) @local.after))
(range_clause left: (expression_list (identifier) @local.definition) ":=") @local.after
(range_clause left: (expression_list (_) . (identifier) @local.definition) ":="
  right: (_) @value) @local.after
(receive_statement left: (expression_list (identifier) @local.definition) ":=") @local.after
(type_switch_statement alias: (expression_list (identifier) @local.definition))

(labeled_statement label: (label_name) @local.definition.label) @local.in

; Of several that are given at once, each name has its part.
(short_var_declaration left: (expression_list . (_) . (identifier) @local.definition)
  right: (expression_list . (call_expression) @value.own.second .)) @local.after
(short_var_declaration left: (expression_list . (_) . (_) . (identifier) @local.definition)
  right: (expression_list . (call_expression) @value.own.third .)) @local.after
(short_var_declaration left: (expression_list . (_) . (identifier) @local.definition)
  right: (expression_list . (_) . (_) @value.own)) @local.after
(receive_statement left: (expression_list . (identifier) @local.definition) ":="
  right: (unary_expression operand: (_) @value))
