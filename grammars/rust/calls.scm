(call_expression
  function: [
    (identifier) @reference.call
    (scoped_identifier name: (identifier) @reference.call)
    (field_expression field: (field_identifier) @reference.call)
    (generic_function function: (identifier) @reference.call)
    (generic_function function: (scoped_identifier name: (identifier) @reference.call))
    (generic_function function: (field_expression field: (field_identifier) @reference.call))
  ]) @call

(struct_expression
  name: [
    (type_identifier) @reference.type
    (scoped_type_identifier name: (type_identifier) @reference.type)
    (generic_type_with_turbofish type: (type_identifier) @reference.type)
  ]) @call

(field_expression value: (_) @qualifier field: (field_identifier) @reference.member)

(scoped_identifier path: (_)? @qualifier name: (identifier) @reference.path)
(scoped_type_identifier path: (_)? @qualifier name: (type_identifier) @reference.path)

(struct_expression
  name: (_) @qualifier
  body: (field_initializer_list
    (field_initializer field: (field_identifier) @reference.member)))
(struct_pattern
  type: (_) @qualifier
  (field_pattern name: (field_identifier) @reference.member))
(struct_expression
  name: (_) @qualifier
  body: (field_initializer_list (shorthand_field_initializer (identifier) @shorthand)))
(field_pattern name: (shorthand_field_identifier) @shorthand)

(macro_invocation
  macro: [
    (identifier) @reference.macro
    (scoped_identifier name: (identifier) @reference.macro)
  ])
(attribute (identifier) @reference.macro)
(attribute arguments: (token_tree (identifier) @reference.macro))
(attribute arguments: (token_tree (token_tree (identifier) @reference.macro)))

(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_expression field: (field_identifier) @reference.write))
(compound_assignment_expr left: (identifier) @reference.write)
(compound_assignment_expr left: (field_expression field: (field_identifier) @reference.write))

; What is indexed gives one of its values; of an array there are many.
(index_expression . (_) @indexed) @index
(array_type element: (_) @array)
(tuple_type (_) @array)

; What holds one value merely hands on the members of what it is given.
(call_expression
  function: [
    (scoped_identifier path: (identifier) @_holder name: (identifier) @_make)
    (scoped_identifier path: (scoped_identifier name: (identifier) @_holder) name: (identifier) @_make)]
  arguments: (arguments . (_) @passed .)
  (#any-of? @_holder "Arc" "Rc" "Box" "Pin")
  (#any-of? @_make "new" "clone" "pin" "from")) @passes
(call_expression
  function: [
    (scoped_identifier path: (identifier) @_mem name: (identifier) @_take)
    (scoped_identifier path: (scoped_identifier name: (identifier) @_mem) name: (identifier) @_take)]
  arguments: (arguments . (_) @passed)
  (#eq? @_mem "mem") (#any-of? @_take "take" "replace")) @passes

; The first of the values that a tuple, or a type that is written as one, holds.
(field_expression value: (_) @indexed field: (integer_literal) @_first (#eq? @_first "0")) @index

; Types that are given to types.
(generic_type type: (_) @type.of type_arguments: (type_arguments (_type) @type.argument))
(tuple_type (_type) @type.part) @type.parts

; What a block, a choice or a match gives is what one of its ends does.
(let_declaration value: (block (_expression) @passed .) @passes)
(unsafe_block (block (_expression) @passed .)) @passes
(let_declaration value: (if_expression consequence: (block (_expression) @passed .)) @passes)
(let_declaration value: (if_expression
  alternative: (else_clause (block (_expression) @passed .))) @passes)
(let_declaration value: (match_expression
  body: (match_block . (match_arm value: (_) @passed))) @passes)
(let_declaration value: (match_expression
  body: (match_block (match_arm value: (_) @passed) .)) @passes)
(array_expression . (_) @gathered) @gathers
