; Calls, with and without type arguments.
(invocation_expression function: [
  (identifier) @reference.call
  (_ . (identifier) @reference.call (type_argument_list))
  (_ name: [
    (identifier) @reference.call
    (_ . (identifier) @reference.call (type_argument_list))])
  (_ (member_binding_expression name: (identifier) @reference.call))]) @call
(object_creation_expression type: [
  (identifier) @reference.call
  (_ . (identifier) @reference.call (type_argument_list))
  (_ name: (identifier) @reference.call)]) @call

; What is cast is what a type makes.
(cast_expression type: [
  (identifier) @reference.type
  (_ . (identifier) @reference.type (type_argument_list))]) @call
(as_expression right: (identifier) @reference.type) @call

; Access.
(member_access_expression expression: _ @qualifier name: [
  (identifier) @reference.member
  (_ . (identifier) @reference.member (type_argument_list))])
(conditional_access_expression
  condition: (_) @qualifier
  (member_binding_expression name: (identifier) @reference.member))
(qualified_name qualifier: (_) @qualifier name: [
  (identifier) @reference.path
  (_ . (identifier) @reference.path (type_argument_list))])
; `new Order { Name = … }` and `is Card { Number: … }` name members of the type.
(object_creation_expression
  type: (identifier) @qualifier
  initializer: (_ (_ left: (identifier) @reference.member operator: "=")))
(recursive_pattern
  type: (identifier) @qualifier
  (property_pattern_clause (_ . (identifier) @reference.member)))

; Types.
[
  (variable_declaration type: [
    (identifier) @reference.type
    (_ . (identifier) @reference.type (type_argument_list))])
  (parameter type: [
    (identifier) @reference.type
    (_ . (identifier) @reference.type (type_argument_list))])
  (method_declaration returns: [
    (identifier) @reference.type
    (_ . (identifier) @reference.type (type_argument_list))])
  (property_declaration type: [
    (identifier) @reference.type
    (_ . (identifier) @reference.type (type_argument_list))])
  (local_function_statement type: (identifier) @reference.type)
  (array_type type: (identifier) @reference.type)
  (nullable_type type: (identifier) @reference.type)
  (typeof_expression type: (identifier) @reference.type)
  (declaration_pattern type: (identifier) @reference.type)
  (recursive_pattern type: (identifier) @reference.type)
  (catch_declaration type: (identifier) @reference.type)
  (foreach_statement type: (identifier) @reference.type)
  (declaration_expression type: (identifier) @reference.type)
  (record_declaration (base_list (_ type: (identifier) @reference.type)))
]
(type_argument_list (identifier) @reference.type)
(base_list (identifier) @reference.type)
(base_list (generic_name (identifier) @reference.type))
(attribute name: (identifier) @reference.type)
(type_parameter_constraint type: (identifier) @reference.type)

; Writes.
(assignment_expression left: [
  (identifier) @reference.write
  (_ name: (identifier) @reference.write)])
(postfix_unary_expression (identifier) @reference.write ["++" "--"])
(prefix_unary_expression ["++" "--"] (identifier) @reference.write)

(goto_statement (identifier) @reference.label)

; Names that stand for nothing of this file.
(argument name: (identifier) @ignore)
(invocation_expression
  function: [(identifier) @qualifier (_ name: (identifier) @qualifier)]
  arguments: (_ (_ name: (identifier) @reference.argument)))
(object_creation_expression
  type: (identifier) @qualifier
  arguments: (_ (_ name: (identifier) @reference.argument)))
(anonymous_object_creation_expression (identifier) @ignore . "=")
(tuple_element name: (identifier) @ignore)
(destructor_declaration name: (identifier) @ignore)
(alias_qualified_name alias: (identifier) @ignore)

; What is indexed gives one of its values; of an array there are many.
(element_access_expression expression: (_) @indexed) @index
(array_type type: (_) @array)

; Types that are given to types.
(generic_name (identifier) @type.of (type_argument_list (_) @type.argument))

; What is chosen is one of two.
(conditional_expression consequence: (_) @passed alternative: (_) @passed) @passes
(binary_expression left: (_) @passed operator: "??" right: (_) @passed) @passes

(constructor_initializer ["this" "base"] @reference.call) @call
