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
