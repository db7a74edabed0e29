(copy_instruction (param) @reference (#match? @reference "^--from=[A-Za-z_]"))
