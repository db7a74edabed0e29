; Calls.
(call_expression function: (super) @reference.call) @call
(call_expression function: [
  (identifier) @reference.call
  (_ property: [(property_identifier) (private_property_identifier)] @reference.call)]) @call
(new_expression constructor: [
  (identifier) @reference.call
  (_ property: (property_identifier) @reference.call)]) @call
(decorator (identifier) @reference.call)

; Access.
(member_expression object: (_) @qualifier
  property: [(property_identifier) (private_property_identifier)] @reference.member)
(variable_declarator
  name: (object_pattern (_ key: (property_identifier) @reference.member))
  value: (_) @qualifier)
(variable_declarator type: (_ (_) @qualifier)
  value: (_ (_ key: (property_identifier) @reference.member)))
(required_parameter
  pattern: (object_pattern (_ key: (property_identifier) @reference.member))
  type: (_ (_) @qualifier)?)

; Types.
(nested_type_identifier module: (_) @qualifier name: (type_identifier) @reference.member)
(nested_identifier object: (_) @qualifier property: (property_identifier) @reference.member)
(extends_clause value: (identifier) @reference.type)

; Writes.
(assignment_expression left: [
  (identifier) @reference.write
  (_ property: [(property_identifier) (private_property_identifier)] @reference.write)
  (array_pattern (identifier) @reference.write)
  (_ (shorthand_property_identifier_pattern) @reference.write @shorthand)
  (object_pattern (_ value: (identifier) @reference.write))])
(augmented_assignment_expression left: [
  (identifier) @reference.write
  (_ property: [(property_identifier) (private_property_identifier)] @reference.write)])
(update_expression argument: [
  (identifier) @reference.write
  (_ property: [(property_identifier) (private_property_identifier)] @reference.write)])
(for_in_statement !kind left: (identifier) @reference.write)

; A name that stands for a key and for a variable at once.
(shorthand_property_identifier) @shorthand
(shorthand_property_identifier_pattern) @shorthand

(break_statement label: (statement_identifier) @reference.label)
(continue_statement label: (statement_identifier) @reference.label)

; The names in a tuple type are no names of anything.
(tuple_type (required_parameter name: [(identifier) @ignore (rest_pattern (identifier) @ignore)]))
(tuple_type (optional_parameter name: (identifier) @ignore))

; What is indexed gives one of its values.
(subscript_expression object: (_) @indexed) @index

; Of an array there are many.
(array_type (_) @array)

; What was asked for its type has it from there on.
(if_statement
  condition: (_
    (_ left: (_) @narrowed "instanceof" right: (_) @narrowed.to))
  consequence: (_) @narrowed.in)
(if_statement
  condition: (_ (_
    left: (_ left: (_) @narrowed "instanceof" right: (_) @narrowed.to) "&&"))
  consequence: (_) @narrowed.in)
(if_statement
  condition: (_ (_
    "&&" right: (_ left: (_) @narrowed "instanceof" right: (_) @narrowed.to)))
  consequence: (_) @narrowed.in)
(binary_expression
  left: (_ left: (_) @narrowed "instanceof" right: (_) @narrowed.to)
  "&&" right: (_) @narrowed.in)
(ternary_expression
  condition: (_ left: (_) @narrowed "instanceof" right: (_) @narrowed.to)
  consequence: (_) @narrowed.in)
(ternary_expression
  condition: (parenthesized_expression
    (_ left: (_) @narrowed "instanceof" right: (_) @narrowed.to))
  consequence: (_) @narrowed.in)
(statement_block
  (if_statement
    condition: (_ (_ "!" argument: (_
      (_ left: (_) @narrowed "instanceof" right: (_) @narrowed.to))))
    consequence: [(return_statement) (throw_statement) (continue_statement)
      (statement_block [(return_statement) (throw_statement) (continue_statement)] .)]
    !alternative
  ) @narrowed.after) @narrowed.in

; What is said to be of a type is what that type makes.
(as_expression (_) [
  (type_identifier) @reference.type
  (generic_type . (type_identifier) @reference.type)
  (nested_type_identifier name: (type_identifier) @reference.type)] .) @call

; Types that are given to types.
(generic_type name: (_) @type.of type_arguments: (type_arguments (_) @type.argument))

; What is chosen is one of two.
(ternary_expression consequence: (_) @passed alternative: (_) @passed) @passes
(binary_expression left: (_) @passed operator: ["||" "??"] right: (_) @passed) @passes
; Of several that are put together each is alike.
(array . (_) @gathered) @gathers
(tuple_type (_) @type.part) @type.parts
; What is made with types is of the type that is made.
(new_expression constructor: (identifier) @type.of
  type_arguments: (type_arguments (_) @type.argument))
; A key of an object that is written out for a call names a field of what that takes.
(call_expression
  function: [(identifier) @qualifier (member_expression property: (property_identifier) @qualifier)]
  arguments: (arguments (object (pair key: (property_identifier) @reference.argument))))
(new_expression
  constructor: [(identifier) @qualifier (member_expression property: (property_identifier) @qualifier)]
  arguments: (arguments (object (pair key: (property_identifier) @reference.argument))))
(function_declaration
  return_type: (type_annotation [(type_identifier) (generic_type) (nested_type_identifier)] @qualifier)
  body: (statement_block (return_statement
    (object (pair key: (property_identifier) @reference.member)))))
(method_definition
  return_type: (type_annotation [(type_identifier) (generic_type) (nested_type_identifier)] @qualifier)
  body: (statement_block (return_statement
    (object (pair key: (property_identifier) @reference.member)))))
; A value of one of several types, or of all at once.
(union_type
  [(type_identifier) (generic_type) (nested_type_identifier)] @type.choice) @type.choices
(intersection_type
  [(type_identifier) (generic_type) (nested_type_identifier)] @type.choice) @type.choices
