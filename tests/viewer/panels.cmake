# Filter, search, number formats and panels.
add_executable(test_panels panels_main.cpp filter_test.cpp search_test.cpp format_test.cpp fabric_views_test.cpp panels_test.cpp)
target_link_libraries(test_panels PRIVATE viewer fmt::fmt PkgConfig::IMGUI nlohmann_json::nlohmann_json)
add_test(NAME panels COMMAND test_panels)
set_tests_properties(panels PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "BELVEDERE_ASSETS=${CMAKE_SOURCE_DIR}/assets")

add_executable(bench_panels panels_main.cpp panels_bench.cpp)
target_link_libraries(bench_panels PRIVATE viewer fmt::fmt PkgConfig::IMGUI)
add_test(NAME bench_panels COMMAND bench_panels)
set_tests_properties(bench_panels PROPERTIES LABELS bench TIMEOUT 300 ENVIRONMENT "BELVEDERE_ASSETS=${CMAKE_SOURCE_DIR}/assets")
