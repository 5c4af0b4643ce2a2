# cmake -D NPM=... -D FOLDER=... -P install_packages.cmake: the packages of package-lock.json into FOLDER/node_modules.
# Their own install scripts are not run: none is needed.
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed OUTPUT_QUIET)
if(failed)
  message(FATAL_ERROR "npm could not install the web console's packages. Without a network, build without the "
                      "console: -DDABBA_CONSOLE=OFF")
endif()
