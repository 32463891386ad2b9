// Draws ImGui's draw data. Reads: ImGui's current context. Writes: colour over the finished picture.
#include <backends/imgui_impl_vulkan.h>
#include <imgui.h>

#include "render/check.h"
#include "render/passes/passes.h"

namespace bv {

void UiPass::create(const Device& device, VkFormat color_format) {
    VkAttachmentDescription attachment{};
    attachment.format = color_format;
    attachment.samples = VK_SAMPLE_COUNT_1_BIT;
    attachment.loadOp = VK_ATTACHMENT_LOAD_OP_LOAD;
    attachment.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    attachment.stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
    attachment.stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
    attachment.initialLayout = attachment.finalLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    const VkAttachmentReference reference{0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    VkSubpassDescription subpass{};
    subpass.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS;
    subpass.colorAttachmentCount = 1;
    subpass.pColorAttachments = &reference;
    // The picture is drawn before, and read or presented after, at the same stage.
    VkSubpassDependency before{};
    before.srcSubpass = VK_SUBPASS_EXTERNAL;
    before.srcStageMask = before.dstStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT;
    before.srcAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT;
    before.dstAccessMask = VK_ACCESS_COLOR_ATTACHMENT_READ_BIT | VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT;
    VkRenderPassCreateInfo info{VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO};
    info.attachmentCount = 1;
    info.pAttachments = &attachment;
    info.subpassCount = 1;
    info.pSubpasses = &subpass;
    info.dependencyCount = 1;
    info.pDependencies = &before;
    VK_CHECK(vkCreateRenderPass(device.handle, &info, nullptr, render_pass_.put(device.handle)));
}

void UiPass::upload_fonts(const Device& device) {
    CHECK(ImGui::GetCurrentContext() != nullptr);
    // This backend cannot replace its font texture, so it starts anew.
    if (ready_) {
        VK_CHECK(vkDeviceWaitIdle(device.handle));
        destroy();
    }
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 4};
    VkDescriptorPoolCreateInfo pool{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
    pool.flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT;
    pool.maxSets = 4;
    pool.poolSizeCount = 1;
    pool.pPoolSizes = &size;
    VK_CHECK(vkCreateDescriptorPool(device.handle, &pool, nullptr, descriptors_.put(device.handle)));

    ImGui_ImplVulkan_InitInfo info{};
    info.Instance = device.instance;
    info.PhysicalDevice = device.physical;
    info.Device = device.handle;
    info.QueueFamily = device.queue_family;
    info.Queue = device.queue;
    info.PipelineCache = device.pipeline_cache;
    info.DescriptorPool = descriptors_.get();
    info.MinImageCount = info.ImageCount = frames_in_flight;
    info.MSAASamples = VK_SAMPLE_COUNT_1_BIT;
    info.CheckVkResultFn = [](VkResult result) { VK_CHECK(result); };
    CHECK(ImGui_ImplVulkan_Init(&info, render_pass_.get()));
    OneShot once(device);
    CHECK(ImGui_ImplVulkan_CreateFontsTexture(once.cmd));
    once.submit_and_wait();
    ImGui_ImplVulkan_DestroyFontUploadObjects();
    ready_ = true;
    ++fonts_version_;
}

void UiPass::destroy() {
    if (ready_ && ImGui::GetCurrentContext() && ImGui::GetIO().BackendRendererUserData) ImGui_ImplVulkan_Shutdown();
    ready_ = false;
}

ImDrawData* UiPass::drawn() const { return ready_ && ImGui::GetCurrentContext() ? ImGui::GetDrawData() : nullptr; }

UiParts UiPass::parts(glm::ivec2 view_low, glm::ivec2 view_high, const glm::vec4& surface) const {
    const ImDrawData* data = drawn();
    if (!data) return {};
    const uint64_t ground = ImGui::ColorConvertFloat4ToU32({surface.r, surface.g, surface.b, surface.a});
    return part_ui(*data, view_low, view_high, fonts_version_ << 32 | ground);
}

void UiPass::record(VkCommandBuffer cmd, VkFramebuffer framebuffer, VkExtent2D extent, FrameStats& stats,
                    const std::vector<ImDrawList*>* only) const {
    const ImDrawData* all = drawn();
    if (!all) return;
    std::vector<ImDrawList*> lists;
    if (only)
        lists = *only;
    else
        lists.assign(all->CmdLists, all->CmdLists + all->CmdListsCount);
    ImDrawData data = *all;
    data.CmdLists = lists.data();
    data.CmdListsCount = static_cast<int>(lists.size());
    data.TotalVtxCount = data.TotalIdxCount = 0;
    for (const ImDrawList* list : lists)
        data.TotalVtxCount += list->VtxBuffer.Size, data.TotalIdxCount += list->IdxBuffer.Size;
    if (data.TotalVtxCount == 0) return;
    VkRenderPassBeginInfo begin{VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO};
    begin.renderPass = render_pass_.get();
    begin.framebuffer = framebuffer;
    begin.renderArea = {{0, 0}, extent};
    vkCmdBeginRenderPass(cmd, &begin, VK_SUBPASS_CONTENTS_INLINE);
    ImGui_ImplVulkan_RenderDrawData(&data, cmd);
    vkCmdEndRenderPass(cmd);
    for (const ImDrawList* list : lists) stats.draw_calls += static_cast<uint32_t>(list->CmdBuffer.Size);
    stats.triangles += static_cast<uint64_t>(data.TotalIdxCount) / 3;
}

}  // namespace bv
