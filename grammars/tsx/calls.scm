; An element of a component is a call of it; a lower-case one is the platform's, not ours.
(jsx_opening_element name: (identifier) @reference.call)
(jsx_self_closing_element name: (identifier) @reference.call)
(jsx_opening_element name: (identifier) @ignore (#match? @ignore "^[a-z]"))
(jsx_self_closing_element name: (identifier) @ignore (#match? @ignore "^[a-z]"))
(jsx_closing_element name: (identifier) @ignore (#match? @ignore "^[a-z]"))
(jsx_namespace_name (identifier) @ignore)
