# dabba-server-static: the same program with all its libraries in it, so that it runs on any Linux, an empty container
# included, and starts in half the time. Not built unless it is asked for by name:
#     cmake --build --preset release --target dabba-server-static

# either(NAME SHARED STATIC...): a library under NAME, which the static server links as STATIC.
function(either name shared)
  set(is_static $<BOOL:$<TARGET_PROPERTY:DABBA_STATIC>>)
  add_library(${name} INTERFACE)
  foreach(library ${ARGN})
    target_link_libraries(${name} INTERFACE $<${is_static}:${library}>)
  endforeach()
  target_link_libraries(${name} INTERFACE $<$<NOT:${is_static}>:${shared}>)
endfunction()

# Adds the program, if each of the libraries is here in its static form, and fmt as fmt.cc knows it.
function(add_static_server)
  if(NOT fmt_VERSION VERSION_LESS 10)
    return()
  endif()
  foreach(library NETTLE_STATIC HTTP_PARSER_STATIC JEMALLOC_STATIC SSL_STATIC CRYPTO_STATIC)
    if(NOT ${library})
      return()
    endif()
  endforeach()
  add_executable(dabba-server-static EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/server/main.cc
                                                      ${PROJECT_SOURCE_DIR}/server/app.cc)
  target_link_libraries(dabba-server-static PRIVATE server_gateway)
  target_link_options(dabba-server-static PRIVATE -static ${DABBA_LINK_TIME_OPTIMIZATION})
  set_target_properties(dabba-server-static PROPERTIES DABBA_STATIC ON)
endfunction()
