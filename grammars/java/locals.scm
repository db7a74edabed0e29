; Scopes. A type's own scope holds its type parameters too.
(class_declaration) @local.scope.class
(record_declaration) @local.scope.class
(interface_declaration) @local.scope.class
(enum_declaration) @local.scope.class
(annotation_type_declaration) @local.scope.class
(object_creation_expression (class_body) @local.scope.class)
(enum_constant body: (class_body) @local.scope.class)
(method_declaration) @local.scope.function
(constructor_declaration) @local.scope.function
(compact_constructor_declaration) @local.scope.function
(static_initializer) @local.scope.function
(lambda_expression) @local.scope.function
(block) @local.scope
(for_statement) @local.scope
(enhanced_for_statement) @local.scope
(try_with_resources_statement) @local.scope
(catch_clause) @local.scope
(switch_block) @local.scope
(switch_rule) @local.scope

; Parameters.
(formal_parameter
  type: (_) @type
  name: (identifier) @local.definition.parameter)
(spread_parameter (_) @type (variable_declarator name: (identifier) @local.definition.parameter))
(lambda_expression parameters: (identifier) @local.definition.parameter)
(inferred_parameters (identifier) @local.definition.parameter)
(catch_formal_parameter (catch_type . (_) @type)
  name: (identifier) @local.definition.parameter)
(type_parameter (type_identifier) @local.definition.type (type_bound . (_) @type)?)

; Variables are known from their declarator on.
(local_variable_declaration
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @local.definition value: (_)? @value) @local.after)
(enhanced_for_statement
  type: (_) @type
  name: (identifier) @local.definition
  value: (_) @value.element)
(resource
  type: (_) @type
  name: (identifier) @local.definition
  value: (_) @value) @local.after
(instanceof_expression right: (_) @type name: (identifier) @local.definition) @local.after
(type_pattern (_) @type (identifier) @local.definition .) @local.after
(record_pattern_component (_) @type (identifier) @local.definition .) @local.after

(labeled_statement . (identifier) @local.definition.label) @local.in

; What a method that goes through many values hands to a function is one of them.
(method_invocation object: (_) @value.element name: (identifier) @_each
  arguments: (argument_list . (lambda_expression
    parameters: (identifier) @local.definition.parameter))
  (#any-of? @_each
    "forEach" "map" "filter" "flatMap" "anyMatch" "allMatch" "noneMatch" "removeIf" "ifPresent"
    "mapToInt" "mapToLong" "peek" "takeWhile" "dropWhile"))
