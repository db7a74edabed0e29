; Scopes.
(function_declaration) @local.scope.function
(generator_function_declaration) @local.scope.function
(function_signature) @local.scope.function
(function_expression) @local.scope.function
(generator_function) @local.scope.function
(arrow_function) @local.scope.function
(method_definition) @local.scope.function
(method_signature) @local.scope.function
(abstract_method_signature) @local.scope.function
(call_signature) @local.scope.function
(construct_signature) @local.scope.function
(function_type) @local.scope.function
(constructor_type) @local.scope.function
(class_static_block) @local.scope.function
(class_declaration) @local.scope.class
(abstract_class_declaration) @local.scope.class
(class) @local.scope.class
(interface_declaration) @local.scope.class
(type_alias_declaration) @local.scope.class
(enum_declaration) @local.scope.class
(index_signature) @local.scope
(conditional_type) @local.scope
(statement_block) @local.scope
(for_statement) @local.scope
(for_in_statement) @local.scope
(catch_clause) @local.scope
(switch_body) @local.scope

; Parameters.
(required_parameter pattern: (identifier) @local.definition.parameter
  type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?)
(optional_parameter pattern: (identifier) @local.definition.parameter
  type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?)
(required_parameter
  pattern: [(object_pattern) (array_pattern) (rest_pattern)] @local.pattern.parameter
  type: (_ [(type_identifier) (generic_type) (nested_type_identifier)] @type)?)
(optional_parameter
  pattern: [(object_pattern) (array_pattern)] @local.pattern.parameter)
(arrow_function parameter: (identifier) @local.definition.parameter)
(catch_clause parameter: (identifier) @local.definition.parameter)
(catch_clause parameter: [(object_pattern) (array_pattern)] @local.pattern.parameter)
(index_signature name: (identifier) @local.definition.parameter)

; Type parameters, also those that a conditional or a mapped type brings in.
(type_parameter name: (type_identifier) @local.definition.type
  constraint: (constraint [(type_identifier) (generic_type)] @type)?)
(mapped_type_clause name: (type_identifier) @local.definition.type)
(infer_type (type_identifier) @local.definition.type)

; Declarations: `var` belongs to the function, `let` and `const` to the block.
(variable_declaration
  (_ name: (identifier) @local.definition @local.hoist))
(variable_declaration
  (_ name: [(object_pattern) (array_pattern)] @local.pattern @local.hoist))
(lexical_declaration
  (_
    name: [(object_pattern) (array_pattern)] @local.pattern value: (_)? @value))
(export_statement "export" @export declaration: (lexical_declaration
  (_ name: [(object_pattern) (array_pattern)] @local.pattern)))
(for_in_statement kind: ["let" "const"] left: (identifier) @local.definition)
(for_in_statement kind: ["let" "const"] left: (identifier) @local.definition operator: "of"
  right: (_) @value.element)
(for_in_statement kind: ["let" "const"] left: [(object_pattern) (array_pattern)] @local.pattern)
(for_in_statement kind: "var" left: (identifier) @local.definition @local.hoist)
(for_in_statement kind: "var"
  left: [(object_pattern) (array_pattern)] @local.pattern @local.hoist)

; A function expression's own name is known inside it only. What is the whole of `module.exports` is
; named by it for everybody.
(variable_declarator value: (function_expression name: (identifier) @local.definition) @local.in)
(arguments (function_expression name: (identifier) @local.definition) @local.in)
(pair value: (function_expression name: (identifier) @local.definition) @local.in)
(return_statement (function_expression name: (identifier) @local.definition) @local.in)
(parenthesized_expression
  (function_expression name: (identifier) @local.definition) @local.in)
(assignment_expression left: (_ object: (_) @_object)
  right: (function_expression name: (identifier) @local.definition) @local.in
  (#not-eq? @_object "module"))
(generator_function name: (identifier) @local.definition) @local.in

(labeled_statement label: (statement_identifier) @local.definition.label) @local.in

; What a method that goes through many values hands to a function is one of them.
(call_expression
  function: (_ object: (_) @value.element property: (property_identifier) @_each)
  arguments: (_ . [
    (_ parameter: (identifier) @local.definition.parameter)
    (_ parameters: (_ . (_ pattern: (identifier) @local.definition.parameter)))])
  (#any-of? @_each
    "map" "forEach" "filter" "find" "findIndex" "findLast" "some" "every" "flatMap" "then"))

; What a member that is taken out under another name is.
(object_pattern (pair_pattern key: (property_identifier) @value.own
  value: (identifier) @local.definition))
; Of several that are given at once, each name has its part.
(variable_declarator name: (array_pattern . (identifier) @local.definition)
  value: (_) @value.own.first)
(variable_declarator name: (array_pattern . (_) . (identifier) @local.definition)
  value: (_) @value.own.second)
(for_in_statement left: (array_pattern . (_) . (identifier) @local.definition) operator: "of"
  right: (_) @value.own.element)
