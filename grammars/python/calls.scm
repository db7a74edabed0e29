(call function: (identifier) @reference.call) @call
(call function: (attribute attribute: (identifier) @reference.call)) @call
(attribute object: (_) @qualifier attribute: (identifier) @reference.member)
(keyword_argument name: (identifier) @ignore)
(call
  function: [(identifier) @qualifier (attribute attribute: (identifier) @qualifier)]
  arguments: (argument_list (keyword_argument name: (identifier) @reference.argument)))
(keyword_pattern . (identifier) @ignore)
(case_pattern (dotted_name (identifier) @qualifier . (identifier) @reference.member))
(class_pattern (dotted_name . (identifier) @reference.type .))
(type (identifier) @reference.type)
(type (attribute attribute: (identifier) @reference.type))
(generic_type (identifier) @reference.type)
; A type that is defined further down is written in quotes.
(type (string (string_content) @reference.type
  (#match? @reference.type "^[A-Za-z_][A-Za-z_0-9]*$")))
(augmented_assignment left: (identifier) @reference.write)
(assignment left: (attribute attribute: (identifier) @reference.write))
(augmented_assignment left: (attribute attribute: (identifier) @reference.write))

; What is indexed gives one of its values.
(subscript value: (_) @indexed) @index

; What a call merely hands on.
(call
  function: (identifier) @_same
  arguments: (argument_list . (_) @passed)
  (#any-of? @_same "copy" "deepcopy" "reversed" "sorted" "list" "tuple" "set" "frozenset" "iter")
) @passes
(call
  function: (attribute attribute: (identifier) @_same)
  arguments: (argument_list . (_) @passed .)
  (#any-of? @_same "copy" "deepcopy")) @passes
(call function: (identifier) @_next arguments: (argument_list . (_) @indexed)
  (#eq? @_next "next")) @index
; `cast(A, x)` is an A.
(call
  function: [(identifier) @_cast (attribute attribute: (identifier) @_cast)]
  arguments: (argument_list . [
    (identifier) @reference.type
    (attribute attribute: (identifier) @reference.type)
    (subscript . (identifier) @reference.type)
    (string (string_content) @reference.type
      (#match? @reference.type "^[A-Za-z_][A-Za-z_0-9]*$"))] . (_) .)
  (#eq? @_cast "cast")) @call

; What a module lists is what it exports; the list of another one makes that longer.
(assignment left: (identifier) @_all
  right: [(list (string (string_content) @reference.listed))
    (tuple (string (string_content) @reference.listed))
    (binary_operator [(list (string (string_content) @reference.listed))
      (tuple (string (string_content) @reference.listed))])]
  (#eq? @_all "__all__"))
(augmented_assignment left: (identifier) @_all
  right: [(list (string (string_content) @reference.listed))
    (tuple (string (string_content) @reference.listed))]
  (#eq? @_all "__all__"))
(call
  function: (attribute object: (identifier) @_all)
  arguments: (argument_list [
    (string (string_content) @reference.listed)
    (list (string (string_content) @reference.listed))])
  (#eq? @_all "__all__"))
(attribute attribute: (identifier) @reference.listed (#eq? @reference.listed "__all__"))

; What was asked for its type has it from there on.
(if_statement
  condition: (call
    function: (identifier) @_asks
    arguments: (argument_list . (_) @narrowed . [(identifier) @narrowed.to
      (attribute) @narrowed.to (tuple [(identifier) (attribute)] @narrowed.to)] .))
  consequence: (_) @narrowed.in
  (#any-of? @_asks "isinstance" "issubclass"))
(elif_clause
  condition: (call
    function: (identifier) @_asks
    arguments: (argument_list . (_) @narrowed . [(identifier) @narrowed.to
      (attribute) @narrowed.to (tuple [(identifier) (attribute)] @narrowed.to)] .))
  consequence: (_) @narrowed.in
  (#any-of? @_asks "isinstance" "issubclass"))
(if_statement
  condition: (boolean_operator left: (call
    function: (identifier) @_asks
    arguments: (argument_list . (_) @narrowed . [(identifier) @narrowed.to
      (attribute) @narrowed.to (tuple [(identifier) (attribute)] @narrowed.to)] .))
    operator: "and")
  consequence: (_) @narrowed.in
  (#any-of? @_asks "isinstance" "issubclass"))
(boolean_operator
  left: (call
    function: (identifier) @_asks
    arguments: (argument_list . (_) @narrowed . [(identifier) @narrowed.to
      (attribute) @narrowed.to (tuple [(identifier) (attribute)] @narrowed.to)] .))
  operator: "and"
  right: (_) @narrowed.in
  (#any-of? @_asks "isinstance" "issubclass"))
(conditional_expression
  . (_) @narrowed.in
  . (call
    function: (identifier) @_asks
    arguments: (argument_list . (_) @narrowed . [(identifier) @narrowed.to
      (attribute) @narrowed.to (tuple [(identifier) (attribute)] @narrowed.to)] .))
  (#any-of? @_asks "isinstance" "issubclass"))
(block
  (assert_statement . (call
    function: (identifier) @_asks
    arguments: (argument_list . (_) @narrowed . [(identifier) @narrowed.to
      (attribute) @narrowed.to (tuple [(identifier) (attribute)] @narrowed.to)] .))
  ) @narrowed.after
  (#any-of? @_asks "isinstance" "issubclass")) @narrowed.in
(block
  (if_statement
    condition: (not_operator argument: (call
      function: (identifier) @_asks
      arguments: (argument_list . (_) @narrowed . [(identifier) @narrowed.to
        (attribute) @narrowed.to (tuple [(identifier) (attribute)] @narrowed.to)] .)))
    consequence: (block
      [(return_statement) (raise_statement) (continue_statement) (break_statement)] .)
    !alternative
  ) @narrowed.after
  (#any-of? @_asks "isinstance" "issubclass")) @narrowed.in
(match_statement
  subject: (identifier) @narrowed
  body: (block (case_clause
    (case_pattern (class_pattern (dotted_name (identifier) @narrowed.to .)))
    consequence: (_) @narrowed.in)))

; Types that are given to types.
(generic_type (identifier) @type.of (type_parameter (type) @type.argument))
(type (subscript value: (_) @type.of subscript: (_) @type.argument))

; What is chosen is one of two.
(conditional_expression . (_) @passed (_) @passed .) @passes
(boolean_operator left: (_) @passed operator: "or" right: (_) @passed) @passes
; Of several that are put together each is alike.
(list . (_) @gathered) @gathers
(set . (_) @gathered) @gathers
(list_comprehension body: (_) @gathered) @gathers
(set_comprehension body: (_) @gathered) @gathers
(generator_expression body: (_) @gathered) @gathers
(dictionary . (pair value: (_) @gathered)) @gathers
(dictionary_comprehension body: (pair value: (_) @gathered)) @gathers
; A value of several types.
(binary_operator left: (_) @type.choice operator: "|" right: (_) @type.choice) @type.choices
(generic_type (identifier) @_union (type_parameter (type) @type.choice)
  (#eq? @_union "Union")) @type.choices
(subscript value: (attribute attribute: (identifier) @_union) subscript: (_) @type.choice
  (#eq? @_union "Union")) @type.choices
