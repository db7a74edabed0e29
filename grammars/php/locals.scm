[
  (class_declaration)
  (interface_declaration)
  (trait_declaration)
  (enum_declaration)
  (anonymous_class)
] @local.scope.class
[(function_definition) (method_declaration) (anonymous_function)] @local.scope.function
; An arrow function sees the locals around it.
[(arrow_function) (catch_clause)] @local.scope

(simple_parameter name: (variable_name) @local.definition.parameter)
(simple_parameter type: [(named_type) (optional_type) (union_type)] @type name: (variable_name) @local.definition.parameter)
(variadic_parameter name: (variable_name) @local.definition.parameter)
(property_promotion_parameter name: (variable_name) @local.definition.parameter)
(class_declaration
  body: (declaration_list
    (method_declaration
      parameters: (formal_parameters
        (property_promotion_parameter name: (variable_name (name) @local.definition)))))) @local.in

; The first assignment makes the local.
(assignment_expression left: (variable_name) @local.definition @local.hoist right: (_) @value)
(assignment_expression left: (list_literal (variable_name) @local.definition @local.hoist))
(foreach_statement . (_) . (variable_name) @local.definition @local.hoist)
(foreach_statement . (_) . (pair (variable_name) @local.definition @local.hoist))
(foreach_statement . (_) . (list_literal (variable_name) @local.definition @local.hoist))
(catch_clause type: (type_list . (named_type) @type .) name: (variable_name) @local.definition)
(catch_clause name: (variable_name) @local.definition)
(static_variable_declaration name: (variable_name) @local.definition @local.hoist)
(named_label_statement (name) @local.definition.label)
(global_declaration (variable_name) @local.outer)

; Branches and bodies of loops have no names of their own.
(if_statement body: (_) @branch)
(else_if_clause body: (_) @branch)
(else_clause body: (_) @branch)
(for_statement body: (_) @branch)
(foreach_statement body: (_) @branch)
(while_statement body: (_) @branch)
(do_statement body: (_) @branch)
(case_statement) @branch
(try_statement body: (_) @branch)
