// Reads the options, asks the loader, picks the best device. Writes the pipeline cache to $XDG_CACHE_HOME/belvedere.
#include "render/device.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "render/check.h"

namespace bv {
namespace {

// A software device takes tens of megabytes for each frame and gives them back after it. Given back to the system, they
// are faulted in anew page by page, 3,000 of them a frame: a quarter of its time. So the heap keeps them.
void keep_freed_memory() {
#ifdef __GLIBC__
    constexpr int kept_bytes = 256 << 20;
    mallopt(M_TRIM_THRESHOLD, kept_bytes);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // else the first of these calls would freeze it at 128 KiB
#endif
}

constexpr const char* validation_layer = "VK_LAYER_KHRONOS_validation";

VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                                          const VkDebugUtilsMessengerCallbackDataEXT* data, void* count) {
    fmt::print(stderr, "validation: {}\n", data->pMessage);
    static_cast<std::atomic<uint64_t>*>(count)->fetch_add(1);
    return VK_FALSE;
}

bool validation_wanted(const RendererOptions& options) {
    const char* asked = std::getenv("BELVEDERE_VALIDATION");
    return options.validation || (asked && std::strcmp(asked, "0") != 0 && *asked);
}

bool has_layer(const char* wanted) {
    uint32_t count = 0;
    vkEnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    vkEnumerateInstanceLayerProperties(&count, layers.data());
    return std::any_of(layers.begin(), layers.end(), [&](const auto& l) { return !std::strcmp(l.layerName, wanted); });
}

// A queue family that draws, computes and, where there is a surface, presents.
std::optional<uint32_t> queue_family_of(VkPhysicalDevice physical, VkSurfaceKHR surface) {
    uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
    for (uint32_t i = 0; i < count; ++i) {
        if (!(families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT)) continue;
        VkBool32 presents = surface == VK_NULL_HANDLE;
        if (surface) vkGetPhysicalDeviceSurfaceSupportKHR(physical, i, surface, &presents);
        if (presents) return i;
    }
    return {};
}

struct Features {
    VkPhysicalDeviceFeatures2 core{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    VkPhysicalDeviceVulkan12Features v12{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    VkPhysicalDeviceVulkan13Features v13{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
    Features() {
        core.pNext = &v12;
        v12.pNext = &v13;
    }
    Features(const Features&) = delete;
    Features& operator=(const Features&) = delete;
};

// Empty: usable. Else what is missing, as the end of a sentence.
std::string shortcoming(VkPhysicalDevice physical, const VkPhysicalDeviceProperties& properties, VkSurfaceKHR surface) {
    if (properties.apiVersion < VK_API_VERSION_1_3) return "speaks only an older Vulkan than 1.3";
    Features features;
    vkGetPhysicalDeviceFeatures2(physical, &features.core);
    if (!features.v13.dynamicRendering || !features.v13.synchronization2) return "lacks dynamic rendering";
    if (!features.v12.scalarBlockLayout) return "lacks scalar block layout";
    if (!queue_family_of(physical, surface)) return surface ? "cannot show in this window" : "has no graphics queue";
    return {};
}

int preference(VkPhysicalDeviceType type) {
    switch (type) {
        case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
            return 4;
        case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
            return 3;
        case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
            return 2;
        default:
            return 1;
    }
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

Device::Device(const RendererOptions& options, std::atomic<uint64_t>& message_count)
    : options_(options), message_count_(message_count) {
    create_instance();
    try {
        if (options.create_surface) make_surface();
        choose_physical();
        create_logical();
        load_pipeline_cache();
    } catch (...) {
        destroy();
        throw;
    }
}

void Device::create_instance() {
    uint32_t loader_version = VK_API_VERSION_1_0;
    vkEnumerateInstanceVersion(&loader_version);
    if (loader_version < VK_API_VERSION_1_3)
        throw std::runtime_error("The Vulkan loader is older than 1.3; install libvulkan1 1.3 or newer.");

    VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
    application.pApplicationName = "belvedere";
    application.apiVersion = VK_API_VERSION_1_3;

    std::vector<const char*> extensions, layers;
    for (const auto& extension : options_.instance_extensions) extensions.push_back(extension.c_str());

    const bool validate = validation_wanted(options_);
    VkDebugUtilsMessengerCreateInfoEXT messages{VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT};
    messages.messageSeverity =
        VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    messages.messageType =
        VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
    messages.pfnUserCallback = on_message;
    messages.pUserData = &message_count_;
    const VkValidationFeatureEnableEXT synchronization = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    VkValidationFeaturesEXT validation{VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT};
    validation.enabledValidationFeatureCount = 1;
    validation.pEnabledValidationFeatures = &synchronization;
    validation.pNext = &messages;
    if (validate) {
        if (!has_layer(validation_layer))
            throw std::runtime_error(
                "Validation was asked for, but the Khronos validation layer is not installed; "
                "install vulkan-validationlayers.");
        layers.push_back(validation_layer);
        extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    }

    VkInstanceCreateInfo info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    info.pNext = validate ? &validation : nullptr;
    info.pApplicationInfo = &application;
    info.enabledLayerCount = static_cast<uint32_t>(layers.size());
    info.ppEnabledLayerNames = layers.data();
    info.enabledExtensionCount = static_cast<uint32_t>(extensions.size());
    info.ppEnabledExtensionNames = extensions.data();
    const VkResult result = vkCreateInstance(&info, nullptr, &instance);
    if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
        throw std::runtime_error("No Vulkan driver is installed; install mesa-vulkan-drivers or your GPU's driver.");
    if (result != VK_SUCCESS)
        throw std::runtime_error(fmt::format("Vulkan cannot be started (error {}).", static_cast<int>(result)));

    if (validate) {
        const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
            vkGetInstanceProcAddr(instance, "vkCreateDebugUtilsMessengerEXT"));
        if (create) VK_CHECK(create(instance, &messages, nullptr, &messenger_));
    }
}

void Device::make_surface() {
    if (surface) vkDestroySurfaceKHR(instance, surface, nullptr);
    surface = VkSurfaceKHR(options_.create_surface(instance));
    if (!surface) throw std::runtime_error("The window has no Vulkan surface.");
}

void Device::choose_physical() {
    uint32_t count = 0;
    vkEnumeratePhysicalDevices(instance, &count, nullptr);
    std::vector<VkPhysicalDevice> devices(count);
    vkEnumeratePhysicalDevices(instance, &count, devices.data());

    std::vector<std::string> found;
    int best = 0;
    for (VkPhysicalDevice candidate : devices) {
        VkPhysicalDeviceProperties properties;
        vkGetPhysicalDeviceProperties(candidate, &properties);
        const std::string problem = shortcoming(candidate, properties, surface);
        const bool named = lower(properties.deviceName).find(lower(options_.device)) != std::string::npos;
        found.push_back(problem.empty() ? properties.deviceName
                                        : fmt::format("{} ({})", properties.deviceName, problem));
        if (!problem.empty() || !named || preference(properties.deviceType) <= best) continue;
        best = preference(properties.deviceType);
        physical = candidate;
    }
    if (found.empty())
        throw std::runtime_error("No Vulkan device was found; install mesa-vulkan-drivers or your GPU's driver.");
    if (!physical && !options_.device.empty())
        throw std::runtime_error(fmt::format("No usable Vulkan device matches \"{}\"; this machine has: {}.",
                                             options_.device, fmt::join(found, ", ")));
    if (!physical)
        throw std::runtime_error(fmt::format("No Vulkan device here can be used: {}.", fmt::join(found, ", ")));
}

void Device::create_logical() {
    VkPhysicalDeviceDriverProperties driver_properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &driver_properties};
    vkGetPhysicalDeviceProperties2(physical, &properties);
    const auto& limits = properties.properties.limits;
    name = properties.properties.deviceName;
    driver = fmt::format("{} {}", driver_properties.driverName, driver_properties.driverInfo);
    software = properties.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
    if (software) keep_freed_memory();
    max_storage_bytes = limits.maxStorageBufferRange;
    if (limits.framebufferColorSampleCounts & limits.framebufferDepthSampleCounts & VK_SAMPLE_COUNT_4_BIT)
        rich_samples = VK_SAMPLE_COUNT_4_BIT;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    queue_family = queue_family_of(physical, surface).value();
    if (limits.timestampComputeAndGraphics) timestamp_period_ns = limits.timestampPeriod;

    const float priority = 1;
    VkDeviceQueueCreateInfo queue_info{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
    queue_info.queueFamilyIndex = queue_family;
    queue_info.queueCount = 1;
    queue_info.pQueuePriorities = &priority;

    Features features;
    features.v12.scalarBlockLayout = VK_TRUE;
    features.v13.dynamicRendering = VK_TRUE;
    features.v13.synchronization2 = VK_TRUE;
    const char* swapchain = VK_KHR_SWAPCHAIN_EXTENSION_NAME;
    VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &features.core};
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue_info;
    info.enabledExtensionCount = surface ? 1 : 0;
    info.ppEnabledExtensionNames = &swapchain;
    VK_CHECK(vkCreateDevice(physical, &info, nullptr, &handle));
    vkGetDeviceQueue(handle, queue_family, 0, &queue);
}

void Device::load_pipeline_cache() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    if (cache && *cache)
        cache_path_ = std::filesystem::path(cache) / "belvedere/pipelines.bin";
    else if (home && *home)
        cache_path_ = std::filesystem::path(home) / ".cache/belvedere/pipelines.bin";

    std::vector<char> bytes;
    if (std::ifstream file{cache_path_, std::ios::binary}; file)
        bytes.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    // The driver need not survive another driver's cache or a torn file: only our own header is passed on.
    VkPhysicalDeviceProperties properties;
    vkGetPhysicalDeviceProperties(physical, &properties);
    VkPipelineCacheHeaderVersionOne header{};
    if (bytes.size() >= sizeof header) std::memcpy(&header, bytes.data(), sizeof header);
    if (header.headerSize != sizeof header || header.vendorID != properties.vendorID ||
        header.deviceID != properties.deviceID ||
        std::memcmp(header.pipelineCacheUUID, properties.pipelineCacheUUID, VK_UUID_SIZE) != 0)
        bytes.clear();
    VkPipelineCacheCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
    info.initialDataSize = bytes.size();
    info.pInitialData = bytes.data();
    VK_CHECK(vkCreatePipelineCache(handle, &info, nullptr, &pipeline_cache));
}

void Device::save_pipeline_cache() const {
    size_t size = 0;
    if (cache_path_.empty() || vkGetPipelineCacheData(handle, pipeline_cache, &size, nullptr) != VK_SUCCESS) return;
    std::error_code error;
    if (size == 0 ||
        (std::filesystem::exists(cache_path_, error) && std::filesystem::file_size(cache_path_, error) == size))
        return;
    std::vector<char> bytes(size);
    if (vkGetPipelineCacheData(handle, pipeline_cache, &size, bytes.data()) != VK_SUCCESS) return;
    // A cache that cannot be written costs a slower start, nothing else.
    std::filesystem::create_directories(cache_path_.parent_path(), error);
    const auto fresh = cache_path_.string() + fmt::format(".{}", reinterpret_cast<uintptr_t>(this));
    if (std::ofstream file{fresh, std::ios::binary}; file.write(bytes.data(), static_cast<std::streamsize>(size)))
        file.close();
    std::filesystem::rename(fresh, cache_path_, error);
    if (error) std::filesystem::remove(fresh, error);
}

Device::~Device() {
    save_pipeline_cache();
    destroy();
}

void Device::destroy() {
    if (handle) {
        vkDestroyPipelineCache(handle, pipeline_cache, nullptr);
        vkDestroyDevice(handle, nullptr);
    }
    if (surface) vkDestroySurfaceKHR(instance, surface, nullptr);
    if (messenger_) {
        const auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
            vkGetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT"));
        if (destroy) destroy(instance, messenger_, nullptr);
    }
    if (instance) vkDestroyInstance(instance, nullptr);
}

}  // namespace bv
