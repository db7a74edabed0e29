[
  (namespace_declaration)
  (class_declaration)
  (record_declaration)
  (struct_declaration)
  (interface_declaration)
  (enum_declaration)
] @local.scope.class

[
  (method_declaration)
  (constructor_declaration)
  (destructor_declaration)
  (operator_declaration)
  (conversion_operator_declaration)
  (indexer_declaration)
  (delegate_declaration)
  (accessor_declaration)
  (local_function_statement)
  (lambda_expression)
  (anonymous_method_expression)
] @local.scope.function

[
  (block)
  (for_statement)
  (foreach_statement)
  (using_statement)
  (catch_clause)
  (switch_section)
  (switch_expression_arm)
  (query_expression)
] @local.scope

(method_declaration type_parameters: (type_parameter_list (_ name: (identifier) @local.definition.type)))
(class_declaration (type_parameter_list (_ name: (identifier) @local.definition.type)))
(record_declaration (type_parameter_list (_ name: (identifier) @local.definition.type)))
(struct_declaration (type_parameter_list (_ name: (identifier) @local.definition.type)))
(interface_declaration type_parameters: (type_parameter_list (_ name: (identifier) @local.definition.type)))
(delegate_declaration type_parameters: (type_parameter_list (_ name: (identifier) @local.definition.type)))
(local_function_statement type_parameters: (type_parameter_list (_ name: (identifier) @local.definition.type)))

(parameter name: (identifier) @local.definition.parameter)
(parameter
  type: [(identifier) (generic_name) (nullable_type) (predefined_type) (array_type) (qualified_name)] @type
  name: (identifier) @local.definition.parameter)
(parameter_list name: (identifier) @local.definition.parameter)
(implicit_parameter) @local.definition.parameter

(local_declaration_statement
  (_
    type: [(identifier) (generic_name) (nullable_type)] @type
    (variable_declarator name: (identifier) @local.definition) @local.after))
(local_declaration_statement
  (_
    (variable_declarator name: (identifier) @local.definition . (_) @value) @local.after))
(local_declaration_statement
  (_
    (variable_declarator name: (identifier) @local.definition .) @local.after))
(for_statement
  initializer: (variable_declaration (variable_declarator name: (identifier) @local.definition) @local.after))
(using_statement
  (variable_declaration (variable_declarator name: (identifier) @local.definition . (_)? @value) @local.after))
(tuple_pattern name: (identifier) @local.definition)
(foreach_statement type: (_) @type left: (identifier) @local.definition
  right: (_) @value.element)
(catch_declaration type: (_) @type name: (identifier) @local.definition)
(declaration_pattern type: (_) @type name: (identifier) @local.definition)
(recursive_pattern type: (_) @type name: (identifier) @local.definition)
(declaration_expression type: (_) @type name: (identifier) @local.definition)
(from_clause name: (identifier) @local.definition)
(let_clause . (identifier) @local.definition)
(labeled_statement . (identifier) @local.definition.label)

; What a method that goes through many values hands to a function is one of them.
(invocation_expression
  function: (member_access_expression expression: (_) @value.element name: (identifier) @_each)
  arguments: (argument_list . (argument (lambda_expression
    parameters: (implicit_parameter) @local.definition.parameter)))
  (#any-of? @_each
    "Where" "Select" "SelectMany" "Any" "All" "First" "FirstOrDefault" "Single" "SingleOrDefault"
    "Last" "Count" "OrderBy" "OrderByDescending" "GroupBy" "ForEach" "Sum" "Max" "Min" "ToDictionary"
    "TakeWhile" "SkipWhile" "RemoveAll" "Find" "FindAll" "Exists"))
; What a type parameter must be.
(method_declaration
  type_parameters: (type_parameter_list (type_parameter name: (identifier) @local.definition.type))
  (type_parameter_constraints_clause . (identifier) @_bound
    (type_parameter_constraint type: (identifier) @type))
  (#eq? @_bound @local.definition.type))
(class_declaration
  (type_parameter_list (type_parameter name: (identifier) @local.definition.type))
  (type_parameter_constraints_clause . (identifier) @_bound
    (type_parameter_constraint type: (identifier) @type))
  (#eq? @_bound @local.definition.type))
