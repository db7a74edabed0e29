; Calls, with and without type arguments.
(invocation_expression function: (identifier) @reference.call) @call
(invocation_expression function: (generic_name (identifier) @reference.call)) @call
(invocation_expression function: (member_access_expression name: (identifier) @reference.call)) @call
(invocation_expression
  function: (member_access_expression name: (generic_name (identifier) @reference.call))) @call
(invocation_expression
  function: (conditional_access_expression
    (member_binding_expression name: (identifier) @reference.call))) @call
(object_creation_expression type: (identifier) @reference.call) @call
(object_creation_expression type: (generic_name (identifier) @reference.call)) @call
(object_creation_expression type: (qualified_name name: (identifier) @reference.call)) @call

; What is cast is what a type makes.
(cast_expression type: (identifier) @reference.type) @call
(cast_expression type: (generic_name (identifier) @reference.type)) @call
(as_expression right: (identifier) @reference.type) @call

; Access.
(member_access_expression expression: (_) @qualifier name: (identifier) @reference.member)
(member_access_expression expression: ["this" "base"] @qualifier name: (identifier) @reference.member)
(member_access_expression
  expression: (_) @qualifier
  name: (generic_name (identifier) @reference.member))
(conditional_access_expression
  condition: (_) @qualifier
  (member_binding_expression name: (identifier) @reference.member))
(qualified_name qualifier: (_) @qualifier name: (identifier) @reference.path)
(qualified_name qualifier: (_) @qualifier name: (generic_name (identifier) @reference.path))
; `new Order { Name = … }` and `is Card { Number: … }` name members of the type.
(object_creation_expression
  type: (identifier) @qualifier
  initializer: (initializer_expression (assignment_expression left: (identifier) @reference.member)))
(recursive_pattern
  type: (identifier) @qualifier
  (property_pattern_clause (subpattern . (identifier) @reference.member)))

; Types.
[
  (variable_declaration type: (identifier) @reference.type)
  (parameter type: (identifier) @reference.type)
  (method_declaration returns: (identifier) @reference.type)
  (property_declaration type: (identifier) @reference.type)
  (local_function_statement type: (identifier) @reference.type)
  (array_type type: (identifier) @reference.type)
  (nullable_type type: (identifier) @reference.type)
  (typeof_expression type: (identifier) @reference.type)
  (declaration_pattern type: (identifier) @reference.type)
  (recursive_pattern type: (identifier) @reference.type)
  (catch_declaration type: (identifier) @reference.type)
  (foreach_statement type: (identifier) @reference.type)
  (declaration_expression type: (identifier) @reference.type)
  (record_declaration (base_list (primary_constructor_base_type type: (identifier) @reference.type)))
]
[
  (variable_declaration type: (generic_name (identifier) @reference.type))
  (parameter type: (generic_name (identifier) @reference.type))
  (method_declaration returns: (generic_name (identifier) @reference.type))
  (property_declaration type: (generic_name (identifier) @reference.type))
]
(type_argument_list (identifier) @reference.type)
(base_list (identifier) @reference.type)
(base_list (generic_name (identifier) @reference.type))
(attribute name: (identifier) @reference.type)
(type_parameter_constraint type: (identifier) @reference.type)

; Writes.
(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (member_access_expression name: (identifier) @reference.write))
(postfix_unary_expression (identifier) @reference.write ["++" "--"])
(prefix_unary_expression ["++" "--"] (identifier) @reference.write)

(goto_statement (identifier) @reference.label)

; Names that stand for nothing of this file.
(argument name: (identifier) @ignore)
(invocation_expression
  function: [(identifier) @qualifier (member_access_expression name: (identifier) @qualifier)]
  arguments: (argument_list (argument name: (identifier) @reference.argument)))
(object_creation_expression
  type: (identifier) @qualifier
  arguments: (argument_list (argument name: (identifier) @reference.argument)))
(anonymous_object_creation_expression (identifier) @ignore . "=")
(tuple_element name: (identifier) @ignore)
(destructor_declaration name: (identifier) @ignore)
(alias_qualified_name alias: (identifier) @ignore)

; What is indexed gives one of its values; of an array there are many.
(element_access_expression expression: (_) @indexed) @index
(array_type type: (_) @array)

; Types that are given to types.
(generic_name (identifier) @type.of (type_argument_list (_) @type.argument))
