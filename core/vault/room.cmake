# Pages are copied for each commit: by the C library, which is faster at it than the inlined string instructions.
include(CheckCCompilerFlag)
set(copy_pages -mmemcpy-strategy=unrolled_loop:256:noalign,libcall:-1:noalign)
check_c_compiler_flag(${copy_pages} GENBA_HAS_MEMCPY_STRATEGY)
if(GENBA_HAS_MEMCPY_STRATEGY)
  target_compile_options(${floor} PRIVATE ${copy_pages})
endif()
