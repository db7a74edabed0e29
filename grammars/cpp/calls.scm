; Calls.
(call_expression function: [
  (_ name: (identifier) @reference.call)
  (_ name: (_ name: (identifier) @reference.call))
  (_ name: (_ name: (_ name: (identifier) @reference.call)))
  (_ field: (_ name: (field_identifier) @reference.call))]) @call
(new_expression type: [
  (type_identifier) @reference.call
  (_ name: (type_identifier) @reference.call)]) @call

; Access.
(qualified_identifier
  scope: [(namespace_identifier) @qualifier (_ name: (_) @qualifier)]
  name: [
    (identifier) @reference.path
    (type_identifier) @reference.path
    (_ !scope name: [(identifier) (type_identifier)] @reference.path)
    (_ scope: (namespace_identifier) @reference.path)
    (_ scope: (_ name: (_) @reference.path))])
(field_expression argument: (_) @qualifier
  field: (_ name: (field_identifier) @reference.member))

; Writes.
(assignment_expression
  left: (_ name: (identifier) @reference.write))

; What is made or cast is of the type that is written between angle brackets.
(call_expression function: [
  (_ name: (identifier) @_makes arguments: (_ . (_ type: [
    (type_identifier) @reference.type
    (_ name: (type_identifier) @reference.type)
    (_ name: (_ name: (type_identifier) @reference.type))])))
  (_ name: (_ name: (identifier) @_makes arguments: (_ . (_ type: [
    (type_identifier) @reference.type
    (_ name: (type_identifier) @reference.type)
    (_ name: (_ name: (type_identifier) @reference.type))]))))]
  (#any-of? @_makes
    "make_unique" "make_shared" "static_cast" "dynamic_cast" "reinterpret_cast" "const_cast"
    "static_pointer_cast" "dynamic_pointer_cast" "any_cast" "get_if")) @call
; What is moved stays what it is.
(call_expression
  function: (_ scope: (_) name: (identifier) @_moves)
  arguments: (_ . (_) @passed .)
  (#any-of? @_moves "move" "ref" "cref" "as_const")) @passes

; Types that are given to types.
(template_type name: (_) @type.of arguments: (_ (type_descriptor) @type.argument))
